# One image for all processes: `server` (the default), `worker`, `migrate` and the commands for operators.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# This also installs the embedded PostgreSQL of development, which `npm prune` below removes.
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY docs docs
COPY src src
RUN npm run build

# The same without the packages that only building and testing need.
FROM build AS production
RUN npm prune --omit=dev

# For `docker compose --profile stand-ins`: the local Mixpanel. Production does not need it.
FROM build AS stand-ins
COPY tsconfig.build.dev.json ./
COPY dev dev
RUN npx tsc -p tsconfig.build.dev.json
USER node
CMD ["node", "dist/dev/standins/mixpanel/main.js"]

FROM node:24-slim AS runtime
# Most objects of server and worker live shortly. With Node's default of 16 MB, many are copied before they are freed.
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
# Temporal's native client verifies certificates by the system's list.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=production --chown=root:root /app/package.json ./
COPY --from=production --chown=root:root /app/node_modules node_modules
COPY --from=production --chown=root:root /app/dist dist
USER node
EXPOSE 8080
# In exec form, SIGTERM reaches Node, which drains.
CMD ["node", "dist/cli/main.js", "server"]
