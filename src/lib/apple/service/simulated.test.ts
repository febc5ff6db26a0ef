import { expect, test } from "vitest";
import { parseApiKey } from "../business/assertion.ts";
import { createBusinessClient } from "../business/client.ts";
import { SIMULATOR_BASE_URL, parseBody, simulateApple } from "#support/apple/simulator/mdm.ts";
import { fetchClientConfig, fetchServiceConfig } from "../vpp/client.ts";

const program = "clomoctl/0.0.0";
const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

test("the simulator's Apple Business API returns the server of each device", async () => {
  const { mdm } = simulateApple();
  const key = parseBody(await mdm.control("POST", "/business-keys", {})) as {
    clientId: string;
    keyId: string;
    privateKey: string;
  };
  const { serials } = parseBody(await mdm.control("POST", "/devices", { count: 120 })) as {
    serials: readonly [string];
  };
  const loose = parseBody(await mdm.control("POST", "/devices", { count: 1, unassigned: true })) as {
    serials: readonly [string];
  };
  const business = createBusinessClient({
    place: { api: SIMULATOR_BASE_URL, account: SIMULATOR_BASE_URL },
    clientId: key.clientId,
    keyId: key.keyId,
    key: parseApiKey("key.pem", key.privateKey),
    send: mdm.send,
    now: () => mdm.now,
    wait: () => Promise.resolve(),
    random,
    program,
  });
  const all = (await Array.fromAsync(business.orgDevices())).flat();
  expect(all.map(({ serialNumber }) => serialNumber)).toEqual(expect.arrayContaining([...serials, ...loose.serials]));
  const [server] = await business.mdmServers();
  expect(await business.assignedServer(serials[0])).toEqual(server);
  expect(await business.assignedServer(loose.serials[0])).toBeNull();
  expect(await business.assignedServer("NONE")).toBeNull();
});

test("the simulator's content tokens have a location", async () => {
  const { mdm } = simulateApple();
  const token = (await mdm.control("POST", "/vpp-tokens", { org: "東京" })).body.trim();
  const access = {
    base: SIMULATOR_BASE_URL,
    send: mdm.send,
    now: () => mdm.now,
    wait: () => Promise.resolve(),
    program,
  };
  expect(await fetchClientConfig(access, token)).toMatchObject({ mdmInfo: null, uId: expect.any(String) });
  expect((await fetchServiceConfig(access)).limits.size).toBeGreaterThan(0);
  await expect(fetchClientConfig(access, "bm9uZQ==")).rejects.toMatchObject({ code: "not-permitted" });
});
