import { describe, expect, test } from "vitest";
import type { Ade, AdeProfile } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

// what commands are told stands at 2026-11-20T01:00:00Z
const { token: TOKEN, server: SERVER } = example<{
  token: NonNullable<Ade["token"]>;
  server: NonNullable<Ade["server"]>;
}>("ade");

const ADE: Ade = {
  ...example<Ade>("ade"),
  lastFullAt: "2026-11-20T00:00:00.000Z",
  lastSyncAt: "2026-11-20T00:00:00.000Z",
  token: { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z" },
  counts: { present: 10, missing: 0, released: 0, notReady: 0, unreadable: 0 },
};

const NOTHING: Ade = {
  ...ADE,
  endpoint: null,
  server: null,
  key: null,
  stagedKey: null,
  token: null,
  sync: null,
  lastFullAt: null,
  lastSyncAt: null,
  counts: { present: 0, missing: 0, released: 0, notReady: 0, unreadable: 0 },
};

const KEY = { fingerprint: "0".repeat(64), createdAt: "2026-11-20T00:00:00.000Z" };
const SYNC = example<NonNullable<Ade["sync"]>>("adeSync");

/** What a tenant answers: where it has devices, its profiles are looked at. */
const known = (ade: Ade, profiles: readonly AdeProfile[] = []) => ({
  ade,
  ...(ade.counts.present > 0 && { adeProfiles: { items: profiles } }),
});

describe("shows the state of the endpoint and what to type next", () => {
  test.each<[string, Ade, string]>([
    ["no endpoint", NOTHING, "to rehearse without Apple: clomoctl ade simulator start"],
    ["a mirror", { ...NOTHING, mirror: true }, "clomoctl ade guide purchased"],
    ["no key", { ...NOTHING, endpoint: ADE.endpoint }, "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem"],
    [
      "no token of a simulator",
      { ...NOTHING, endpoint: ADE.endpoint, stagedKey: KEY },
      "write the public key again (it is still waiting for its token): clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem\nget a token for the public key from the simulator, then set the token with clomoctl ade token set: clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --url http://127.0.0.1:8080",
    ],
    [
      "no token of Apple",
      { ...NOTHING, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" }, stagedKey: KEY },
      "upload the public key to this tenant's own MDM server in Apple Business Manager, download its token, then set the token",
    ],
    [
      "never synced",
      { ...ADE, sync: null, lastSyncAt: null, lastFullAt: null },
      "fetch the devices: clomoctl ade sync",
    ],
    ["running", { ...ADE, sync: { ...SYNC, state: "running" } }, "a sync is running"],
    [
      "cut off",
      { ...ADE, sync: { ...SYNC, state: "cut-off" } },
      "the last sync did not finish; to continue it: clomoctl ade sync",
    ],
    [
      "expiring",
      { ...ADE, token: { ...TOKEN, expiresAt: "2026-11-25T01:00:00.000Z" } },
      "the server token expires in 5 days",
    ],
    ["a new key beside a token that is good", { ...ADE, stagedKey: KEY }, "no problems; the next full sync is due at"],
    [
      "expired",
      { ...ADE, token: { ...TOKEN, expiresAt: "2026-11-19T01:00:00.000Z" } },
      "the server token has expired; to get a new token from the simulator, first create a public key: clomoctl ade keypair create",
    ],
    [
      "gone",
      { ...ADE, sync: { ...SYNC, state: "unconfirmed" }, counts: { ...ADE.counts, missing: 7 } },
      "clomoctl ade devices list --state missing",
    ],
    ["not ready", { ...ADE, counts: { ...ADE.counts, notReady: 2 } }, "clomoctl ade devices list --not-ready"],
    [
      "no profile",
      { ...ADE, counts: { ...ADE.counts, notReady: 2 } },
      "clomoctl ade profiles create NAME --url HTTPS-URL",
    ],
    ["old", { ...ADE, lastFullAt: "2026-11-18T00:00:00.000Z" }, "a full sync is due: clomoctl ade sync"],
    ["well", ADE, "no problems; the next full sync is due at"],
  ])("%s", async (_, ade, line) => {
    const tenant = known(ade);
    const { en, ja } = await runInBoth("ade status", { tenant, terminal: { columns: 400 } });
    expect(en.exit).toBe(0);
    expect(en.stderr).toContain(line);
    expect(en.stderr).toContain(ade.endpoint === null ? "endpoint: not set" : `${ade.endpoint.url}; MDM server:`);
    expect(ja.stderr).toContain("接続先: ");
  });
});

test("says why the last sync failed and what to do", async () => {
  const error = new Failure("not-permitted", {
    what: text("terms are not signed", "利用規約に未同意"),
    hint: text("sign in", "サインイン"),
  }).toJSON();
  const tenant = known({ ...ADE, sync: { ...SYNC, state: "failed", error } });
  const { en, ja } = await runInBoth("ade status", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("warning: the last sync failed: terms are not signed\nsign in\n");
  expect(ja.stderr).toContain("前回の同期は失敗しました: 利用規約に未同意");
});

test("proposes no remedy for a failure that a new token may have fixed", async () => {
  const error = new Failure("not-permitted", {
    what: text("token ended", "無効なトークン"),
    hint: text("download it", "ダウンロード"),
  }).toJSON();
  const sync = { ...SYNC, state: "failed" as const, finishedAt: "2026-11-20T00:30:00.000Z", error };
  const token = { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z" };
  const told = async (setAt: string): Promise<string> =>
    (await run("ade status --lang en", { tenant: known({ ...ADE, sync, token: { ...token, setAt } }) })).stderr;
  expect(await told("2026-11-20T00:00:00.000Z")).toContain("token ended\ndownload it\n");
  expect(await told("2026-11-20T00:40:00.000Z")).toContain("token ended\nthe last sync did not finish");
});

test("proposes a simulator token for the known server, with the file of its key", async () => {
  const server = { ...SERVER, name: "SIMULATOR 大阪 2" };
  const token = { ...TOKEN, expiresAt: "2026-11-25T01:00:00.000Z" };
  const { en } = await runInBoth("ade status", {
    tenant: known({ ...ADE, server, token }),
    terminal: { columns: 400 },
  });
  expect(en.stderr).toContain("clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem\n");
  expect(en.stderr).toContain(
    "clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --server 'SIMULATOR 大阪 2' --url http://127.0.0.1:8080\n",
  );
});

test("proposes remedies after a token of another MDM server, until a token is set", async () => {
  const error = new Failure("input-rejected", { what: text("another", "別"), where: "server_uuid" }).toJSON();
  const finishedAt = "2026-11-20T00:30:00.000Z";
  const sync = { ...SYNC, state: "failed" as const, finishedAt, error };
  const told = async (line: string, setAt: string): Promise<string> => {
    const ade = { ...ADE, sync, token: { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z", setAt } };
    return (await run(`${line} --lang en`, { tenant: line === "ade status" ? known(ade) : { ade } })).stderr;
  };
  for (const line of ["ade status", "ade token show"]) {
    const before = await told(line, "2026-11-20T00:00:00.000Z");
    expect(before).toContain(": clomoctl ade token set FILE --other-server\n");
    expect(before).toContain(
      ": clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --server SIMULATOR --url",
    );
    expect(before).not.toContain("clomoctl ade sync");
    expect(await told(line, "2026-11-20T00:40:00.000Z")).toContain(
      "the last sync did not finish; to continue it: clomoctl ade sync\n",
    );
  }
});

test("in a mirror, explains how to rehearse, and a rehearsal has no cron line", async () => {
  const { en, ja } = await runInBoth("ade status", { tenant: { ade: { ...NOTHING, mirror: true } } });
  for (const { stderr } of [en, ja]) {
    expect(stderr).toMatch(/: clomoctl ade simulator start\n.*: clomoctl ade endpoint set --simulator URL\n/);
  }
  const { stderr } = await run("ade status --lang en", { tenant: known({ ...ADE, mirror: true }) });
  expect(stderr).toContain("no problems; ");
  expect(stderr).not.toContain("cron");
});

test("reports missing devices after a delta sync, too", async () => {
  const ade = { ...ADE, sync: SYNC, counts: { ...ADE.counts, missing: 7 } };
  const { stderr } = await run("ade status --lang en", { tenant: known(ade) });
  expect(stderr).toContain(
    "warning: 7 devices missing at Apple: clomoctl ade devices list --state missing\ncheck the missing devices, then confirm in a terminal that they are released",
  );
});

test("programs get all fields", async () => {
  const { stdout } = await run("ade status --format json", { tenant: known(ADE) });
  expect(JSON.parse(stdout)).toMatchObject({
    endpoint: "http://127.0.0.1:8080",
    endpointKind: "simulator",
    present: 10,
    lastState: "done",
  });
});

const byCron = async (circumstances: Circumstances = {}): Promise<string> =>
  (await run("ade status --lang en", { tenant: known(ADE), ...circumstances })).stderr;

test("the cron line has absolute paths and the variables that cron lacks", async () => {
  expect(await byCron({ home: "/tmp/tenants of 100%" })).toContain(
    String.raw`to sync every morning with cron (crontab -e): 0 6 * * * CLOMOCTL_HOME='/tmp/tenants of 100\%' PATH=/opt/node/bin:/usr/bin:/bin /opt/clomoctl/bin/clomoctl.js ade sync --every 1d --no-input --quiet >/dev/null`,
  );
});

test("the cron line is never folded on a terminal", async () => {
  const lines = (await byCron({ terminal: { columns: 80 } })).split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^to sync .*: 0 6 \* \* \* .+ ade sync --every 1d --no-input --quiet >\/dev\/null$/),
  );
});

test("there is no cron line on Windows, or while something is left to do", async () => {
  expect(await byCron({ platform: "win32" })).not.toContain("cron");
  const late = { ...ADE, lastFullAt: "2026-11-18T00:00:00.000Z" };
  expect(await byCron({ tenant: known(late) })).not.toContain("cron");
});

test("proposes auto-apply for a profile that no new device gets automatically", async () => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const told = async (automatic: AdeProfile["automatic"]): Promise<string> =>
    (await run("ade status --lang en", { tenant: known(ADE, [{ ...profile, state: "active", automatic }]) })).stderr;
  expect(await told([])).toMatch(
    /no problems; .*\nfrom now on, apply an ADE profile to new devices automatically: clomoctl ade profiles auto-apply \S+\n/,
  );
  expect(await told(["全社"])).not.toContain("auto-apply");
});

test("reports devices whose profile Apple deferred, and when a sync tries again", async () => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const told = async (notReady: number, retryAt = "2026-11-20T03:52:00.000Z") => {
    const waiting = { devices: 2, notReady: 2, retryAt };
    const ade = { ...ADE, counts: { ...ADE.counts, notReady }, waiting };
    return runInBoth("ade status", { tenant: known(ade, [profile]) });
  };
  const { en, ja } = await told(2);
  expect(en.stderr).toMatch(/2 devices waiting for .* after .*:52.*: clomoctl ade sync\n/);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toMatch(/2 台あります。.*:52.* 以降に再試行: clomoctl ade sync\n/);
  expect((await told(3)).en.stderr).toContain("profiles assign 本社 --unassigned");
  expect((await told(2, "2026-11-20T00:00:00.000Z")).en.stderr).toContain("to try again: clomoctl ade sync\n");
});

test.each<[AdeProfile["state"], string, string]>([
  [
    "other-server",
    "the ADE profile was created at another MDM server; to create it again",
    "別の MDM サーバで作成した",
  ],
  ["disabled", "Apple has disabled the ADE profile; to create it again", "Apple 側で無効化"],
])("proposes to recreate a profile that is %s, and says why", async (state, english, japanese) => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const ade = { ...ADE, counts: { ...ADE.counts, notReady: 2 } };
  const { en, ja } = await runInBoth("ade status", { tenant: known(ade, [{ ...profile, state }]) });
  expect(en.stderr).toContain(`${english}: clomoctl ade profiles create --from 本社\n`);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toContain(japanese);
});
