import { afterEach, beforeEach, expect, test } from "vitest";
import { createSimulator, createInProcessSend } from "../../apple/simulator/index.ts";
import type { Send } from "../../apple/send.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

const URL = "http://127.0.0.1:8080";
const MAIL = "mdm@example.co.jp";
const DAY_MS = 24 * 60 * 60 * 1000;

let tenant: TestTenant;
let send: Send;
beforeEach(async () => {
  tenant = new TestTenant();
  const { surroundings } = tenant;
  const { random } = surroundings;
  send = createInProcessSend(createSimulator({ seed: "1", devices: 3, now: () => surroundings.time, random }));
  tenant.apple = send;
  await tenant.client.ade.setEndpoint({ kind: "simulator", url: URL });
});
afterEach(() => tenant.close());

const control = async (path: string, body: object, method: "POST" | "PUT" = "POST"): Promise<string> => {
  const answer = await send({ method, url: `${URL}/_simulator${path}`, headers: {}, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.body;
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");

test("a push certificate is created, renewed a year later, and rejected with another topic", async () => {
  const push = tenant.client["push-certificate"];
  const year = async (more: object = {}): Promise<string> => {
    const { request: csr } = await push.request({ email: MAIL, name: "Hanako Yamada" });
    return control("/push-certificates", { csr, ...more });
  };
  const upload = (pem: string) => push.upload({ name: "SIMULATOR.pem", content: base64(pem), appleAccount: MAIL });
  const { after } = await upload(await year());
  expect(after).toMatchObject({
    simulated: true,
    simulator: true,
    topic: expect.stringMatching(/^com\.apple\.mgmt\./),
  });
  await control("/advance", { ms: 360 * DAY_MS });
  const created = await failureOf(upload(await year()));
  expect(created?.hint?.en).toContain("--accept-losing-devices 0");
  const renewed = await upload(await year({ renew: after.topic }));
  expect(renewed).toMatchObject({ unchanged: false, losing: null, after: { topic: after.topic, request: null } });
  expect(Date.parse(renewed.after.expiresAt ?? "")).toBeGreaterThan(Date.parse(after.expiresAt ?? ""));
  const [item, ...others] = await tenant.client.renewals.list();
  expect(others).toEqual([]);
  expect(item).toMatchObject({ topic: after.topic, expiresAt: renewed.after.expiresAt });
  expect(await push.show()).toMatchObject({ topic: after.topic });
  await tenant.client.ade.setEndpoint({ kind: "simulator", url: URL, startOver: true });
  expect(await push.show()).toMatchObject({ topic: null, expiresAt: null });
  expect(await tenant.client.renewals.list()).toEqual([]);
});

test("content tokens of two organisations are set, checked at Apple and renewed", async () => {
  await tenant.client.orgs.create({ name: "大阪支社" });
  const [root, osaka] = await tenant.client.orgs.list();
  const { vpp } = tenant.client;
  const set = async (org: typeof root, name: string) =>
    vpp.setToken(org?.id ?? "", {
      name: `sToken_for_SIMULATOR_${name}_.vpptoken`,
      content: base64(await control("/vpp-tokens", { org: name })),
    });
  await set(root, "Tokyo");
  await set(osaka, "Osaka");
  expect(await vpp.tokens()).toMatchObject([
    { org: "全社", simulated: true, organisation: "SIMULATOR Tokyo" },
    { org: "大阪支社", organisation: "SIMULATOR Osaka" },
  ]);
  expect(await vpp.check(root?.id ?? "", {})).toMatchObject({ locationName: "SIMULATOR Tokyo", heldBy: null });
  await control("/vpp-tokens", { org: "Osaka", holder: { id: "1", name: "他社", metadata: "" } });
  expect(await vpp.check(osaka?.id ?? "", {})).toMatchObject({ heldBy: "他社" });
  await control("/advance", { ms: 366 * DAY_MS });
  expect(await failureOf(vpp.check(root?.id ?? "", {}))).toMatchObject({ code: "not-permitted" });
  await set(root, "Tokyo");
  expect(await vpp.check(root?.id ?? "", {})).toMatchObject({ locationName: "SIMULATOR Tokyo" });
  expect(await tenant.client.renewals.list()).toHaveLength(2);
});
