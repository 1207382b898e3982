// All migrations, imported statically: compiled output reads no directory. Never edit one that shipped.
import type { Migration } from "kysely";
import { initial } from "./0001-initial.ts";
import { eventSources } from "./0002-event-sources.ts";
import { routers } from "./0003-routers.ts";
import { sessions } from "./0004-sessions.ts";
import { metrics } from "./0005-metrics.ts";
import { clearNames } from "./0006-clear-names.ts";
import { sealIndex } from "./0007-seal-index.ts";
import { userIds } from "./0008-user-ids.ts";
import { importRanges } from "./0009-import-ranges.ts";
import { resend } from "./0010-resend.ts";
import { telling } from "./0011-telling.ts";
import { ownership } from "./0012-ownership.ts";
import { exports } from "./0013-exports.ts";
import { lookback } from "./0014-lookback.ts";
import { content } from "./0015-content.ts";
import { servers } from "./0016-servers.ts";
import { turns } from "./0017-turns.ts";
import { keys } from "./0018-keys.ts";
import { pauses } from "./0019-pauses.ts";
import { upstreamOptions } from "./0020-upstream-options.ts";
import { routerVersions } from "./0021-router-versions.ts";
import { calls } from "./0022-calls.ts";
import { exposedCalls } from "./0022a-exposed-calls.ts";
import { bucketSums } from "./0022b-bucket-sums.ts";
import { takeOver } from "./0022c-take-over.ts";

export const MIGRATIONS: Record<string, Migration> = {
  "0001-initial": initial,
  "0002-event-sources": eventSources,
  "0003-routers": routers,
  "0004-sessions": sessions,
  "0005-metrics": metrics,
  "0006-clear-names": clearNames,
  "0007-seal-index": sealIndex,
  "0008-user-ids": userIds,
  "0009-import-ranges": importRanges,
  "0010-resend": resend,
  "0011-telling": telling,
  "0012-ownership": ownership,
  "0013-exports": exports,
  "0014-lookback": lookback,
  "0015-content": content,
  "0016-servers": servers,
  "0017-turns": turns,
  "0018-keys": keys,
  "0019-pauses": pauses,
  "0020-upstream-options": upstreamOptions,
  "0021-router-versions": routerVersions,
  "0022-calls": calls,
  "0022a-exposed-calls": exposedCalls,
  "0022b-bucket-sums": bucketSums,
  "0022c-take-over": takeOver,
};
