// The script of /verify-package: one file, of which the page runs one half and the worker that the page starts the other.
import { startPage } from './in-page';
import { startWorker } from './in-worker';

if (typeof document === 'undefined') startWorker();
else startPage((document.currentScript as HTMLScriptElement).src);
