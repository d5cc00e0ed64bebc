import { env, defineConfig } from '../config/define-config';

const failpointConfig = defineConfig('failpoint', {
  failpoint: env.optional('NMS_FAILPOINT', {
    describe: 'fault tests only: <place>, <place>@<n>th time, or <place>=<error code>; the process kills itself, or fails, there',
  }),
});

interface Armed {
  place: string;
  left: number;
  code: string | null;
}

let armed: Armed | null | undefined;

/**
 * A place between two writes at which a fault test lets the process die (SIGKILL, so nothing is tidied up) or a write fail with an
 * error of the system. Unset, as in every deployment, it is a comparison with null.
 */
export function failpoint(place: string): void {
  armed ??= parse(failpointConfig.read().failpoint);
  if (!armed || armed.place !== place || (armed.left -= 1) > 0) return;
  const { code } = armed;
  if (code) throw Object.assign(new Error(`${code}: failpoint ${place}`), { code });
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered before the kernel returns to us on Linux; should that ever change, nothing more is written.
  for (;;);
}

function parse(text: string | undefined): Armed | null {
  const found = /^([\w.]+)(?:@(\d+))?(?:=([A-Z]+))?$/.exec(text ?? '');
  return found ? { place: found[1]!, left: Number(found[2] ?? 1), code: found[3] ?? null } : null;
}
