import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder, run } from "#support/commands/program.ts";
import { openChatServer } from "#support/renewals/post-office.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const NOW = new Date("2026-11-20T01:00:00Z");

type Add = (tenant: TestTenant) => Promise<unknown>;

const addContract: Add = ({ client }) => client.tenant.set({ contracts: [{ name: "本社", until: "2026-11-26" }] });

/** Things that end on 2026-11-26, six days from now. */
const RECORD_TYPES: Readonly<Record<string, Add>> = {
  "a certificate": ({ client }) =>
    client.renewals.add({ kind: "certificate", name: "本社", expiresAt: "2026-11-26T14:59:59.000Z" }),
  "a contract": addContract,
};

const PLACES: readonly (readonly [line: string, told: RegExp])[] = [
  ["status", /本社.*2026-11-26, 6 days left/],
  ["status --nagios", /CRITICAL[^]*本社/],
  ["renewals check --nagios", /CRITICAL[^]*本社/],
  ["renewals check", /本社[^]*critical|critical[^]*本社/],
  ["renewals list", /本社.*2026-11-26/],
  ["renewals guide 本社", /本社/],
  ["handover checklist", /本社: critical \(2026-11-26\)/],
];

async function setUp(add: Add) {
  const [tenant, home] = [new TestTenant(), freshFolder()];
  await run("context add kanto --embedded", { home });
  mkdirSync(join(home, "tenants", "kanto"), { recursive: true });
  tenant.surroundings.time = NOW.getTime();
  await add(tenant);
  const act = (line: string) =>
    run(`--lang en ${line} --context kanto`, { home, tenants: { kanto: tenant.fetch }, now: NOW });
  return { tenant, home, act };
}

describe.each(Object.entries(RECORD_TYPES))("%s that ends in six days", (_, add) => {
  test("is in every place that knows what ends", async () => {
    const { tenant, home, act } = await setUp(add);
    await using _tenant = tenant;
    for (const [line, told] of PLACES) expect((await act(line)).stdout, line).toMatch(told);
    await act(`status --prometheus ${join(home, "metrics.prom")}`);
    expect(readFileSync(join(home, "metrics.prom"), "utf8")).toContain('name="本社"');
  });

  test("is sent as a reminder, once", async () => {
    const { tenant, home, act } = await setUp(add);
    await using _tenant = tenant;
    const chat = await openChatServer();
    writeFileSync(join(home, "notify.yaml"), "recipients:\n  - {name: chat, way: webhook, url-file: chat-url}\n", {
      mode: 0o600,
    });
    writeFileSync(join(home, "chat-url"), chat.url, { mode: 0o600 });
    await act("status --notify");
    const first = chat.posted.filter(({ body }) => body.includes("本社")).length;
    await act("status --notify");
    await chat.close();
    expect(first).toBeGreaterThan(0);
    expect(chat.posted).toHaveLength(first);
  });
});

test("a contract is changed with the data of the tenant, not as an item", async () => {
  const { tenant, act } = await setUp(addContract);
  await using _tenant = tenant;
  for (const line of ["renewals edit 本社 --notes x", "renewals remove 本社 --yes"])
    expect(await act(line), line).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining("clomoctl tenant set --contract 本社 --until DATE"),
    });
  expect((await act("renewals add 支社 --kind contract --expires 2027-01-01")).exit).toBe(2);
  await act("tenant set --remove-contract 本社 --yes");
  expect((await act("renewals list --format json")).stdout).toBe("[]\n");
});
