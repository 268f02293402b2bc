// The reporter of all suites: one line a group of tests, failures in full at the end, and the counts and the slowest parts as JSON in the
// file that BOUNDLENS_TEST_RESULT names, so that test/run.mjs can add them up and notice a suite that died.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_HOOK_BEGIN, EVENT_HOOK_END, EVENT_RUN_END, EVENT_SUITE_END, EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } =
  Mocha.Runner.constants;

/** How many of the slowest tests and hooks are told. */
const SLOWEST = 30;

export class CountingReporter extends Mocha.reporters.Base {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} [options]
   */
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, failed: 0 };
    /** @type {{ title: string, seconds: number }[]} */
    const parts = [];
    runner.on(EVENT_TEST_END, test => parts.push({ title: test.fullTitle(), seconds: (test.duration ?? 0) / 1e3 }));
    let hookBegin = 0;
    runner.on(EVENT_HOOK_BEGIN, () => (hookBegin = performance.now()));
    runner.on(EVENT_HOOK_END, hook =>
      parts.push({ title: `${hook.parent?.fullTitle()} ${hook.title}`, seconds: (performance.now() - hookBegin) / 1e3 }),
    );
    runner.on(EVENT_TEST_PASS, () => counts.passed++);
    runner.on(EVENT_TEST_FAIL, test => {
      counts.failed++;
      console.log(`  ✗ ${test.fullTitle()}`);
    });
    runner.on(EVENT_SUITE_END, suite => {
      const passed = suite.tests.filter(test => test.state === 'passed').length;
      if (passed > 0) console.log(`  ✓ ${suite.fullTitle()} (${passed})`);
    });
    runner.once(EVENT_RUN_END, () => {
      if (counts.failed > 0) this.epilogue();
      const file = process.env['BOUNDLENS_TEST_RESULT'];
      if (file) writeFileSync(file, JSON.stringify({ ...counts, slowest: parts.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST) }));
    });
  }
}

// Mocha takes a reporter from a file only as its default export.
export default CountingReporter;
