# One image for every process: `server` (the default), `worker`, `migrate` and the commands for operators.

FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded PostgreSQL of development has no place in an image, but its optional packages come with the lock file.
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY docs docs
COPY src src
COPY dev dev
RUN npm run build

# The same without what only building and testing needs.
FROM build AS production
RUN npm prune --omit=dev

# For `docker compose --profile stand-ins`: the local Mixpanel. Never needed in production.
FROM build AS stand-ins
USER node
CMD ["node", "dist/dev/mixpanel/main.js"]

FROM node:20-slim AS runtime
# Most of what server and worker make is short-lived: with Node's default of 16 MB much of it is copied around before it goes.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
# Temporal's native client verifies certificates against the system's list.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=production --chown=root:root /app/package.json ./
COPY --from=production --chown=root:root /app/node_modules node_modules
COPY --from=production --chown=root:root /app/dist dist
USER node
EXPOSE 8080
# Exec form: SIGTERM reaches Node, which drains.
CMD ["node", "dist/cli/main.js", "server"]
