FROM node:24-bookworm-slim AS page
WORKDIR /opt/parley
COPY . .
RUN npm ci --no-audit --no-fund && node scripts/build.mjs

FROM node:24-bookworm-slim AS installed
WORKDIR /opt/parley
COPY . .
# Without the root, whose tools come along otherwise: a workspace of tests depends on them too. The optional packages are Node itself, which is here.
RUN npm ci --omit=dev --omit=optional --workspace @parley/gateway --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /opt/parley
COPY --from=installed /opt/parley .
COPY --from=page /opt/parley/packages/web/dist packages/web/dist
RUN install -d -o node -g node -m 0700 /var/lib/parley /opt/parley/compiled
USER node
ENV NODE_ENV=production PARLEY_DATA_DIR=/var/lib/parley NODE_COMPILE_CACHE=/opt/parley/compiled
# What every start would do anew. The cache is this user's alone.
RUN node scripts/compile.mjs
VOLUME /var/lib/parley
EXPOSE 8080
CMD ["node", "packages/gateway/src/main.ts"]
