import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The console is served by the api process from the same origin, so nothing here names a host. Assets are never inlined as data: addresses
 * and no script is inline: the content security policy allows scripts from 'self' only.
 */
export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000' } } },
  build: {
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        advancedChunks: {
          groups: [
            { name: 'mui', test: /node_modules[\\/](@mui|@emotion)/ },
            { name: 'admin', test: /node_modules[\\/](react-admin|ra-)/ },
            { name: 'react', test: /node_modules[\\/](react|react-dom|react-router|react-router-dom|scheduler|@tanstack)[\\/]/ },
          ],
        },
      },
    },
  },
});
