import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freshHome, run, start } from "#support/process/program.ts";

test("a crash exits with 3, whatever breaks", async () => {
  const home = await freshHome();
  const preload = join(home, "crash.cjs");
  await writeFile(preload, "setTimeout(() => { throw new Error('crash') }, 0)");
  const env = { NODE_OPTIONS: `--require ${preload}` };
  expect((await run(["renewals", "check"], { home, env })).code).toBe(3);
  expect((await run(["context", "list"], { home, env })).code).toBe(1);
});

test("an interruption keeps its own exit code", async () => {
  const home = await freshHome();
  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  await run(["context", "add", "silent", "--url", `http://127.0.0.1:${port}`], { home });
  const { process, ended } = start(["renewals", "check", "--context", "silent", "--nagios"], { home });
  const [socket] = (await once(silent, "connection")) as [Socket];
  process.kill("SIGTERM");
  const { code, text } = await ended;
  socket.destroy();
  expect([code, text]).toEqual([143, ""]);
});
