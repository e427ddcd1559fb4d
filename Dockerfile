# One Dockerfile for every image: `--build-arg PACKAGE=@cart/query-api --target service` is a service,
# `--target migrations` and `--target topics` are the two jobs that run before the services.
# For a release, pin the base: `--build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...`.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /repository
# pnpm is the version that package.json names; npx keeps it in a cache folder.
RUN printf '#!/bin/sh\nexec npx --yes "$(node -p "require(\\"/repository/package.json\\").packageManager.split(\\"+\\")[0]")" "$@"\n' >/usr/local/bin/pnpm \
 && chmod +x /usr/local/bin/pnpm
# Fetches the libraries from the lockfile alone, so that this layer is cached until the lockfile changes.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches patches
RUN pnpm fetch
COPY . .
RUN pnpm install --offline --frozen-lockfile && pnpm --recursive run build

FROM build AS package
ARG PACKAGE
# Not every package depends on the patched library. The installation above has held the lockfile to the policies of age and
# origin; here they would need the registry.
RUN pnpm --filter "${PACKAGE}" --config.allowUnusedPatches=true --config.minimumReleaseAge=0 --config.trustPolicy=off deploy --prod --legacy --offline /package

FROM ${NODE_IMAGE} AS program
ENV NODE_ENV=production
# A program needs Node.js alone: package managers would only help whoever breaks in.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
COPY --from=package /package ./
USER node

FROM program AS migrations
CMD ["node", "dist/src/cli.js", "up", "all"]

FROM program AS topics
CMD ["node", "dist/createTopicsCli.js"]

FROM program AS service
ENV PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPERATIONS_PORT || process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
