// Entry of the single file that is handed out with packages: `node verify-package.mjs <package> --trust <bundle>`.
import { setFlagsFromString } from 'node:v8';
import { verifyPackageCommand } from './verify-package';

// Memory must not follow the number of files: what a step leaves behind is collected at once instead of after 100 MB of it.
setFlagsFromString('--semi-space-growth-factor=1');

void verifyPackageCommand(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
