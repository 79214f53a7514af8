/**
 * A vitest reporter: names every skipped test with its reason and ends with "N passed, N failed, N skipped" alone on the
 * last line. With LATENTBEAT_STRICT_SKIPS set, a skip that test/allowed-skips.json does not name fails the run.
 */

import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

interface AllowedSkip {
  /** File under test/, as in 'analysis/beats.test.ts'. */
  readonly file: string;
  /** Part of the full name of a test. */
  readonly name: string;
  readonly reason: string;
}

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const lines = [...reasonsOf(skipped), ...this.judge(skipped)];
    // The default reporter writes its summary in the same round; ours comes last.
    process.once('exit', () => process.stdout.write(`${[...lines, `${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped`].join('\n')}\n`));
  }

  private judge(skipped: readonly TestCase[]): string[] {
    const allowed = JSON.parse(readFileSync(new URL('../allowed-skips.json', import.meta.url), 'utf8')) as AllowedSkip[];
    const surprising = skipped.filter((test) => !allowed.some(({ file, name }) => fileOf(test) === file && test.fullName.includes(name)));
    if (surprising.length === 0) return [];
    if (process.env['LATENTBEAT_STRICT_SKIPS'] !== undefined) process.exitCode = 1;
    return [`${surprising.length} of them are not named in test/allowed-skips.json:`, ...surprising.map((test) => `  ${fileOf(test)} > ${test.fullName}`)];
  }
}

function fileOf(test: TestCase): string {
  return test.module.moduleId.replaceAll('\\', '/').replace(/^.*\/test\//, '');
}

/** One line per reason, with how many tests it stopped. */
function reasonsOf(skipped: readonly TestCase[]): string[] {
  const counts = new Map<string, number>();
  for (const test of skipped) {
    const result = test.result();
    const reason = `${fileOf(test)}: ${(result.state === 'skipped' && result.note) || test.fullName}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `skipped ${count}: ${reason}`);
}
