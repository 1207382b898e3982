// The PostgreSQL store passes the shared suite.
import { storeContract } from "../support/store/contract.ts";
import { makePostgresHarness } from "../support/store/storeDatabase.ts";

storeContract("PostgreSQL", makePostgresHarness);
