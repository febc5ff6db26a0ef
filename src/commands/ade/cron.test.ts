import { expect, test } from "vitest";
import type { Ade } from "../../lib/client/index.ts";
import { run, type Circumstances } from "../testing/program.ts";
import { example } from "../testing/tenant.ts";

const WELL: Ade = {
  ...example<Ade>("ade"),
  lastFullAt: "2026-11-20T00:00:00.000Z",
  lastSyncAt: "2026-11-20T00:00:00.000Z",
  token: { ...example<{ token: NonNullable<Ade["token"]> }>("ade").token, expiresAt: "2027-11-20T00:00:00.000Z" },
  counts: { present: 10, missing: 0, released: 0, notReady: 0 },
};

const status = async (circumstances: Circumstances = {}): Promise<string> =>
  (await run("ade status --lang en", { tenant: { ade: WELL }, ...circumstances })).stderr;

test("the line for cron has absolute paths, and what cron's environment lacks", async () => {
  expect(await status({ home: "/tmp/tenants of 100%" })).toContain(
    String.raw`to sync each morning by cron (crontab -e): 0 6 * * * CLOMOCTL_HOME='/tmp/tenants of 100\%' PATH='/opt/node/bin:/usr/bin:/bin' /opt/clomoctl/bin/clomoctl.js ade sync --no-input --quiet >/dev/null`,
  );
});

test("on a terminal it is never broken", async () => {
  const lines = (await status({ terminal: { columns: 80 } })).split("\n");
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}0 6 \* \* \* .+ ade sync --no-input --quiet >\/dev\/null$/));
});

test("there is none for Windows, nor while something is to be done", async () => {
  expect(await status({ platform: "win32" })).not.toContain("cron");
  const late = { ...WELL, lastFullAt: "2026-11-18T00:00:00.000Z" };
  expect(await status({ tenant: { ade: late } })).not.toContain("cron");
});
