/**
 * Tests that drive a real browser against real time get two more tries, and every failure is printed: a machine that was busy for a
 * second must not decide whether a change lands. Units and database tests get none.
 */
if (/\.(site\.spec|e2e|fault)\.ts$/.test(expect.getState().testPath ?? '')) jest.retryTimes(2, { logErrorsBeforeRetry: true });
