import { expect, test } from "vitest";
import { Failure } from "../../../errors/index.ts";
import { same } from "../../../text/index.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { serveTestTenant } from "#support/tenant/serving.ts";
import { PASSWORD, SignInDesk } from "#support/tenant/sign-in.ts";
import { type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let desk: SignInDesk;
openForEachTest((opened) => {
  tenant = opened;
  desk = new SignInDesk(tenant);
});

const HOUR_MS = 60 * 60_000;
const OTHER_PASSWORD = "Other42Other";

const request = (account: string, address = "192.0.2.1"): Promise<Response> =>
  desk.post("/v1/sessions/reset-code", { account }, { address });

const reset = (account: string, code: string, password = OTHER_PASSWORD): Promise<Response> =>
  desk.post("/v1/sessions/reset-password", { account, code, password });

const sortStatuses = (responses: readonly Response[]): number[] =>
  responses.map(({ status }) => status).toSorted((a, b) => a - b);

/** Returns the code of the last email. */
const readCode = (): string => /(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}/.exec(tenant.mails.at(-1)?.text ?? "")?.[0] ?? "";

test("a mailed code sets a new password once, and ends sessions", async () => {
  await desk.add("hana");
  const before = await desk.secretOf("hana");
  expect(await (await request("hana")).json()).toEqual({ requested: true });
  await expect.poll(() => tenant.mails.length).toBe(1);
  expect(tenant.mails[0]).toMatchObject({
    to: "hana@accounts.example",
    text: expect.stringContaining(`clomoctl login --account hana --reset-code ${readCode()}`) as unknown,
  });
  expect(tenant.everything()).not.toContain(readCode());
  expect((await reset("hana", "0000-0000-0000")).status).toBe(401);
  expect((await reset("hana", readCode(), "weak")).status).toBe(422);
  expect(await (await reset("hana", readCode())).json()).toEqual({ account: "hana" });
  expect((await reset("hana", readCode())).status).toBe(401);
  expect(await desk.statusOf("/v1/whoami", before)).toBe(401);
  // the fourth wrong guess, because the reset was none
  for (let n = 0; n < 2; n++) expect((await desk.signIn("hana", { password: PASSWORD })).status).toBe(401);
  expect((await desk.signIn("hana", { password: OTHER_PASSWORD })).status).toBe(200);
});

test("without a mail server, only the operator learns why, whatever the account", async () => {
  await desk.add("hana");
  const secret = await desk.secretOf("hana");
  const [what, where] = [same("no mail server is configured"), "/srv/home/notify.yaml"];
  tenant.mailFault = new Failure("input-rejected", { what, where });
  await using server = await serveTestTenant(tenant);
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${secret}` };
    const response = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    return [response.status, await response.text()];
  };
  const refused = [503, expect.not.stringContaining("/srv")];
  expect(await post("/v1/sessions/reset-code", { account: "hana" })).toEqual(refused);
  expect(await post("/v1/sessions/reset-code", { account: "nobody" })).toEqual(refused);
  expect(server.logged.map(({ fault }) => fault)).toEqual(Array(2).fill(`${where}: ${what.en}`));
});

test("the responses are the same for every account name", async () => {
  await desk.add("hana");
  await addTestAccount(tenant, { name: "gone", role: "none" });
  const names = ["hana", "gone", "nobody"];
  const asked = await Promise.all(names.map(async (name) => (await request(name)).text()));
  expect(new Set(asked).size).toBe(1);
  await expect.poll(() => tenant.mails.length).toBe(1);
  const refused = await Promise.all(
    names.map(async (name) => {
      const response = await reset(name, "0000-0000-0000");
      return `${response.status} ${await response.text()}`;
    }),
  );
  expect([...new Set(refused)]).toEqual([expect.stringMatching(/^401 /)]);
});

test("three emails per hour and account, whether or not it exists, and twenty per address", async () => {
  await desk.add("hana");
  for (const name of ["hana", "nobody"]) {
    const sent = await Promise.all(Array.from({ length: 5 }, (_, n) => request(name, `198.51.100.${n}`)));
    expect(sortStatuses(sent)).toEqual([200, 200, 200, 429, 429]);
    expect(Number(sent.find(({ status }) => status === 429)?.headers.get("retry-after"))).toBeGreaterThan(3000);
  }
  await expect.poll(() => tenant.mails.length).toBe(3);
  const many = await Promise.all(Array.from({ length: 22 }, (_, n) => request(`nobody${n}`, "198.51.100.77")));
  expect(many.filter(({ status }) => status === 429)).toHaveLength(2);
  tenant.surroundings.time += HOUR_MS;
  expect((await request("hana")).status).toBe(200);
});

test("wrong codes are limited like failed attempts to sign in", async () => {
  await desk.add("hana");
  const wrong = await Promise.all(Array.from({ length: 6 }, () => reset("hana", "0000-0000-0000")));
  expect(sortStatuses(wrong)).toEqual([401, 401, 401, 401, 401, 429]);
  expect((await desk.signIn("hana")).status).toBe(429);
});

test("the audit log names the account, and not the owner of the computer", async () => {
  await desk.add("hana");
  await request("hana");
  await expect.poll(() => tenant.mails.length).toBe(1);
  await reset("hana", readCode());
  const records = tenant.sql("select actor, action from audit order by seq desc limit 2");
  expect(records).toEqual([
    { actor: "hana", action: "accounts.reset-password" },
    { actor: "hana", action: "accounts.send-code" },
  ]);
});
