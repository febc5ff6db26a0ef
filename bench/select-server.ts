/** Serves one prepared statement on a tenant's file with the program's listener: the least that a served list can do. */

import { DatabaseSync } from "node:sqlite";
import { DEFAULT_LIMITS, formatLogLine, startServer } from "../src/lib/serve/index.ts";

const [, , file = ""] = process.argv;
const database = new DatabaseSync(file, { readOnly: true });
const statement = database.prepare("select * from user order by pk limit 1");

let requests = 0;
const { url } = await startServer({
  place: { host: "127.0.0.1", port: 0 },
  limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 },
  answer: async () => Response.json(statement.all()),
  refuse: (failure, headers = {}, status = 500) => Response.json(failure, { headers, status }),
  explain: (error) => Response.json({ error: String(error) }, { status: 500 }),
  isReady: async () => true,
  requireMetricsRight: async () => undefined,
  countImports: async () => ({}),
  countQueued: () => 0,
  document: async () => "",
  newId: () => String((requests += 1)),
  log: (answered) => void process.stderr.write(`${formatLogLine(new Date().toISOString(), answered)}\n`),
});
process.stdout.write(`${url}\n`);
