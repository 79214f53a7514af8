/** The geometry of outputs survives the server, and a broken file does not stop it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';
import { PLAIN_OUTPUT } from '../../../src/protocol/output-settings.ts';
import { parseClientMessage } from '../../../src/server/web/client-message.ts';
import { OutputDesk } from '../../../src/server/desks/output-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'latentbeat-outputs-'));
const path = join(folder, 'deep', 'outputs.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('outputs', () => {
  it('are kept by name, changed, forgotten, and there after a restart', async () => {
    const desk = new OutputDesk(path);
    await Promise.all([desk.save('left', { ...PLAIN_OUTPUT, rotate: 90 }), desk.save('right', PLAIN_OUTPUT), desk.save('left', { ...PLAIN_OUTPUT, rotate: 180 })]);
    expect(new OutputDesk(path).message().outputs).toEqual({ left: { ...PLAIN_OUTPUT, rotate: 180 }, right: PLAIN_OUTPUT });
    await desk.save('right', null);
    expect(Object.keys(new OutputDesk(path).message().outputs)).toEqual(['left']);
  });

  it('start empty from a file that is not one', () => {
    writeFileSync(path, '{ "left": { "corners": 3 } }');
    expect(new OutputDesk(path).message().outputs).toEqual({});
  });

  it('are checked when a page sends them', () => {
    const message = (settings: unknown, name = 'left') => parseClientMessage(JSON.stringify({ type: 'output', name, settings }));
    expect(message(PLAIN_OUTPUT).ok).toBe(true);
    expect(message(null).ok).toBe(true);
    expect(message({ ...PLAIN_OUTPUT, mesh: { size: 3, offsets: [] } }).ok).toBe(false);
    expect(message({ ...PLAIN_OUTPUT, rotate: 45 }).ok).toBe(false);
    expect(message(PLAIN_OUTPUT, '../x').ok).toBe(false);
  });
});
