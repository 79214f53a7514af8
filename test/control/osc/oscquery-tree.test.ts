/** The tree keeps the promises of the OSCQuery proposal for every node, and answers each kind of request. */

import { describe, expect, it } from 'vitest';
import { answerQuery, buildTree, findNode, hostInfo, type OscQueryNode } from '../../../src/control/osc/oscquery-tree.ts';
import { buildParameterTable, type Parameter } from '../../../src/score/parameters.ts';

const extra: Parameter = { path: '/look/glitch/size', kind: 'number', group: 'look', label: 'Glitch: size', help: 'How big.', unit: 'ms', min: -2, max: 5, default: 1, smoothing: 0, quantisable: false };
const table = buildParameterTable([extra]);
const tree = buildTree({ table, values: { '/walk/speed': 2.5, '/stage/blackout': true, '/look/glitch/size': 3 }, outs: new Map([['/out/beat', [4]]]), choicesOf: (path) => (path === '/preset/load' ? ['Tidal'] : undefined), describe: (path) => (path === '/walk/prompt/1' ? 'a fern' : undefined) });
const host = hostInfo('latentbeat', 9000, 4041);

function* nodesOf(node: OscQueryNode): Generator<OscQueryNode> {
  yield node;
  for (const child of Object.values(node.CONTENTS ?? {})) yield* nodesOf(child);
}

describe('tree', () => {
  it('holds every parameter of the table at its own path', () => {
    for (const path of table.keys()) expect(findNode(tree, path)?.FULL_PATH).toBe(path);
  });

  it('keeps the proposal in every node', () => {
    for (const node of nodesOf(tree)) {
      if (node.TYPE === undefined) {
        expect(node.ACCESS).toBe(0);
        expect(node.CONTENTS).toBeDefined();
        continue;
      }
      for (const list of [node.VALUE, node.RANGE, node.CLIPMODE, node.UNIT]) if (list !== undefined) expect(list).toHaveLength(node.TYPE.length);
      expect(node.VALUE === undefined).toBe(node.ACCESS === 2);
      expect(node.DESCRIPTION).not.toBe('');
    }
  });

  it('tells values, ranges, units and choices', () => {
    expect(findNode(tree, '/look/glitch/size')).toMatchObject({ TYPE: 'f', ACCESS: 3, VALUE: [3], RANGE: [{ MIN: -2, MAX: 5 }], UNIT: ['time.ms'], CLIPMODE: ['both'] });
    expect(findNode(tree, '/stage/blackout')).toMatchObject({ TYPE: 'T', VALUE: [true], CRITICAL: true });
    expect(findNode(tree, '/tempo/tap')).toMatchObject({ TYPE: 'I', ACCESS: 2 });
    expect(findNode(tree, '/preset/load')).toMatchObject({ TYPE: 's', RANGE: [{ VALS: ['Tidal'] }] });
    expect(findNode(tree, '/walk/prompt/1')?.DESCRIPTION).toBe('a fern');
    expect(findNode(tree, '/out/beat')).toMatchObject({ TYPE: 'i', ACCESS: 1, VALUE: [4] });
    expect(findNode(tree, '/out/colour/1')).toMatchObject({ TYPE: 'fff', VALUE: [null, null, null] });
  });

  it('a node may have a value and nodes below it', () => {
    expect(findNode(tree, '/keep')).toMatchObject({ TYPE: expect.any(String), CONTENTS: { go: { FULL_PATH: '/keep/go' } } });
  });
});

describe('answers', () => {
  it.each([
    ['/', '', 200], ['/walk/speed', '', 200], ['/walk/speed/', '', 200], ['/walk/speed', 'VALUE', 200], ['/tempo/tap', 'VALUE', 204], ['/walk', 'TYPE', 204],
    ['/walk/speed', 'COLOUR', 400], ['/walk/nothing', '', 404], ['/__proto__', '', 404], ['/constructor', 'VALUE', 404], ['/anything', 'HOST_INFO', 200],
  ])('%s?%s → %d', (path, query, status) => expect(answerQuery(tree, host, path, query).status).toBe(status));

  it('HOST_INFO always names both ports and LISTEN', () => {
    expect(answerQuery(tree, host, '/', 'HOST_INFO').body).toMatchObject({ OSC_PORT: 9000, WS_PORT: 4041, OSC_TRANSPORT: 'UDP', EXTENSIONS: { LISTEN: true, PATH_CHANGED: true } });
  });

  it('an attribute is answered alone', () => expect(answerQuery(tree, host, '/walk/speed', 'VALUE').body).toEqual({ VALUE: [2.5] }));
});
