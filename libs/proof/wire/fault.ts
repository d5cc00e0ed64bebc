/**
 * Why recorded bytes can not be read. `damaged`: what lies there can not be what was recorded (a cut file, a gap, an authentication
 * tag that does not fit); the answer is negative. Otherwise something is missing (a secret, a cipher that this program does not have).
 */
export class WireFault extends Error {
  constructor(
    message: string,
    readonly damaged = true,
  ) {
    super(message);
  }
}
