// Preload for npm mixpanel-import, which has no setting for its address: `node --require` this, MIXPANEL_STAND_IN_ORIGIN set.
const origin = process.env.MIXPANEL_STAND_IN_ORIGIN;
if (!origin) throw new Error("MIXPANEL_STAND_IN_ORIGIN must be the origin of the stand-in");

const isMixpanel = /^https:\/\/(?:[a-z-]+\.)?mixpanel\.com(?=\/|$)/;

// Its default transport: pools of fixed origins, made when it is loaded.
const undici = require("undici");
const { Pool } = undici;
undici.Pool = class extends Pool {
  constructor(to, options) {
    super(isMixpanel.test(String(to)) ? origin : to, options);
  }
};

// Its other transport, and its export, take the address from the job.
const Job = require("mixpanel-import/components/job.js");
const { get } = Object.getOwnPropertyDescriptor(Job.prototype, "url");
Object.defineProperty(Job.prototype, "url", {
  configurable: true,
  get() {
    return get.call(this).replace(isMixpanel, origin);
  },
});
