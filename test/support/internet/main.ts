import { Internet } from './internet';

/** `npm start` runs this as a process of its own: INTERNET_HTTP_PORT, INTERNET_SMTP_PORT, INTERNET_DNS_PORT. */
async function main(): Promise<void> {
  const port = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
  const internet = await Internet.start({
    http: port('INTERNET_HTTP_PORT', 3080),
    smtp: port('INTERNET_SMTP_PORT', 3025),
    dns: port('INTERNET_DNS_PORT', 3053),
  });
  const { http, smtp, dns } = internet.ports;
  process.stdout.write(`internet: http ${http}, mail ${smtp}, names ${dns}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void internet.close().then(() => process.exit(0)));
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
  process.exit(1);
});
