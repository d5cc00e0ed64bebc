// Entry of the single file that is handed out with packages: `node verify-package.mjs <package> --trust <bundle>`.
import { verifyPackageCommand } from './verify-package';

void verifyPackageCommand(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
