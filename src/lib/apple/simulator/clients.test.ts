import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openAdeToken } from "../ade-token.ts";
import { parseApiKey } from "../business/assertion.ts";
import { createBusinessClient } from "../business/client.ts";
import { openDeviceService } from "../service/service.ts";
import { fetchClientConfig, fetchServiceConfig } from "../vpp/client.ts";
import { createInProcessSend } from "./index.ts";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { SIMULATOR_BASE_URL, parseBody, simulateApple, SIMULATOR_START_TIME } from "#support/apple/simulator/mdm.ts";

const KEY = createTestKey();

/** clomoctl's own clients, with a simulator at the other end; waiting takes no time. */
async function opened(devices = 2500) {
  const { simulator, mdm } = simulateApple({ devices });
  const patience = {
    send: createInProcessSend(simulator),
    now: () => SIMULATOR_START_TIME,
    wait: () => Promise.resolve(),
  };
  const access = { ...patience, base: SIMULATOR_BASE_URL, random: randomBytes, program: "clomoctl/test" };
  const { body } = await mdm.control("POST", "/tokens", { certificate: KEY.certificate });
  const { token } = openAdeToken({ name: "SIMULATOR_smime.p7m", bytes: Buffer.from(body) }, [KEY.privateKey]);
  return { simulator, mdm, access, service: openDeviceService({ ...access, token }) };
}

test("the device service client reads all devices across changing sessions", async () => {
  const { simulator, mdm, service } = await opened();
  const account = await service.account();
  expect(account).toMatchObject({ serverName: "SIMULATOR MDM Server", orgType: "org" });
  const serials: string[] = [];
  let cursor: string | undefined;
  for (let more = true; more;) {
    const page = await service.fetchDevices({ cursor, limit: 100 });
    serials.push(...page.devices.map(({ serialNumber }) => serialNumber));
    ({ cursor, moreToFollow: more } = page);
  }
  expect(serials).toEqual([...simulator.devices()].map(({ serial }) => serial));
  const [one = "", two = ""] = serials;
  const { profileUuid } = await service.defineProfile({ profile_name: "a", url: "https://a.example" });
  expect(await service.profile(profileUuid)).toMatchObject({ profile_name: "a" });
  const { results } = await service.assign(profileUuid, [one, "ELSEWHERE"]);
  expect([...results.values()]).toEqual(["SUCCESS", "NOT_ACCESSIBLE"]);
  await mdm.control("POST", "/devices/release", { serials: [two] });
  const changes = await service.syncDevices({ cursor: cursor ?? "", limit: 100 });
  expect(changes.devices.map(({ serialNumber, opType }) => [serialNumber, opType])).toEqual([
    [one, "modified"],
    [two, "deleted"],
  ]);
  expect([...(await service.unassign([one])).results.values()]).toEqual(["SUCCESS"]);
});

test.each(["unauthorized-once", "rate-limited", "unavailable", "reset", "slow", "cut-json"])(
  "the client recovers from %s automatically",
  async (fault) => {
    const { mdm, service } = await opened(5);
    await service.account();
    await mdm.control("POST", "/faults", { fault });
    expect((await service.fetchDevices({ limit: 100 })).devices).toHaveLength(5);
  },
);

test.each(["terms", "access-denied", "inactive", "token-rejected", "signature-invalid", "clock"])(
  "the client reports %s",
  async (fault) => {
    const { mdm, service } = await opened(5);
    await mdm.control("POST", "/faults", { fault });
    await expect(service.fetchDevices({ limit: 100 })).rejects.toMatchObject({ name: "Failure" });
  },
);

test("the VPP and Apple Business API clients read the simulator's responses", async () => {
  const { mdm, access } = await opened(250);
  const { body } = await mdm.control("POST", "/vpp-tokens", { org: "東京" });
  expect(await fetchClientConfig(access, body)).toMatchObject({ locationName: "SIMULATOR 東京", mdmInfo: null });
  expect((await fetchServiceConfig(access)).limits.get("maxAssets")).toBe(25);
  const made = parseBody(await mdm.control("POST", "/business-keys", {}));
  const business = createBusinessClient({
    ...access,
    place: { api: SIMULATOR_BASE_URL, account: SIMULATOR_BASE_URL },
    clientId: String(made["clientId"]),
    keyId: String(made["keyId"]),
    key: parseApiKey("SIMULATOR.pem", String(made["privateKey"])),
  });
  const found: string[] = [];
  for await (const page of business.orgDevices()) found.push(...page.map(({ serialNumber }) => serialNumber));
  expect(found).toHaveLength(250);
  expect((await business.mdmServers()).map(({ name }) => name)).toEqual(["SIMULATOR MDM Server"]);
  expect(await business.assignedServer(found[0] ?? "")).toMatchObject({ name: "SIMULATOR MDM Server" });
});
