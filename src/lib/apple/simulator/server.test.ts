import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startSimulatorServer } from "./index.ts";
import { Mdm, simulateApple, type Mdm as Client } from "#support/apple/simulator/mdm.ts";

/** A simulator that listens, and an MDM that reaches it by fetch. */
async function listening(): Promise<{ readonly url: string; readonly mdm: Client }> {
  const { simulator } = simulateApple();
  const { url, close } = await startSimulatorServer(simulator, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const mdm = new Mdm(async ({ method, url: address, headers, body }) => {
    const answer = await globalThis.fetch(address, { method, headers, body: body ?? null });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  }, url);
  return { url, mdm };
}

test("speaks HTTP: sessions, all pages, DELETE with a body", async () => {
  const { mdm } = await listening();
  await mdm.signIn();
  const { devices } = await mdm.fetch(7);
  expect(devices).toHaveLength(25);
  const [one = {}] = devices;
  const removed = await mdm.ask("DELETE /profile/devices", { devices: [one["serial_number"]] });
  expect(removed).toMatchObject({ status: 200, body: expect.stringContaining("SUCCESS") });
});

test("a reset closes the connection, a slow response is late, and a truncated one is complete for HTTP", async () => {
  const { mdm } = await listening();
  await mdm.signIn();
  const fault = (name: string, more: object = {}) => mdm.control("POST", "/faults", { fault: name, ...more });
  await fault("reset");
  await expect(mdm.ask("GET /account")).rejects.toThrow("fetch failed");
  await fault("slow", { seconds: 1 });
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
  await fault("cut-json");
  const { body } = await mdm.ask("GET /account");
  expect(() => void JSON.parse(body)).toThrow("JSON");
});

test("refuses an invalid URL and an endless body", async () => {
  const { url } = await listening();
  const { port } = new URL(url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "http://[", method: "GET" }, ({ statusCode }) =>
      resolve(statusCode),
    );
    asked.on("error", reject).end();
  });
  expect(status).toBe(400);
  const body = new Blob(["x".repeat(17 * 1024 * 1024)]);
  const answer = globalThis.fetch(`${url}/_simulator/devices`, { method: "POST", body }).then(
    ({ status }) => status,
    () => 413,
  );
  expect(await answer).toBe(413);
});

test("a port in use is unavailable", async () => {
  const { url } = await listening();
  const port = Number(new URL(url).port);
  const { simulator } = simulateApple();
  await expect(startSimulatorServer(simulator, { host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "unavailable",
  });
});
