import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/process/program.ts";
import { ServedHome } from "../torture/served.ts";

let server: ServedHome;
let port = 0;

const startServer = async (users?: string): Promise<void> => {
  const home = await freshHome();
  await ServedHome.prepare(home);
  if (users !== undefined) {
    await writeFile(join(home, "users.csv"), users);
    expect((await run(["users", "import", "users.csv", "--yes"], { home, cwd: home })).code).toBe(0);
  }
  server = await ServedHome.start(home);
  port = Number(new URL(server.url).port);
};

const readMemory = (): number => {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.running.process.pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
};

/** Sends bytes on a connection of its own, in pieces, and returns what comes back until the server closes it. */
const sendRaw = (pieces: Iterable<string | Buffer>): Promise<string> =>
  new Promise((resolve) => {
    let answer = "";
    const write = async (): Promise<void> => {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        await new Promise((next) => setImmediate(next));
      }
    };
    const socket: Socket = connect(port, "127.0.0.1", () => void write());
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => void (answer += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });

const head = (line: string, ...headers: readonly string[]): string =>
  `${[line, "host: x", `authorization: ${server.authorization}`, ...headers].join("\r\n")}\r\n\r\n`;

const JSON_TYPE = "content-type: application/json";
const withBody = (body: string | Buffer, ...headers: readonly string[]): readonly (string | Buffer)[] => [
  head(
    "POST /v1/orgs HTTP/1.1",
    JSON_TYPE,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...headers,
  ),
  body,
];

const LONG = "x".repeat(10 * 1024 * 1024);
const DEEP = "[".repeat(200_000);

const REFUSED: readonly [name: string, pieces: () => Iterable<string | Buffer>, status: number][] = [
  ["a text of 10 MB", () => withBody(JSON.stringify({ name: LONG })), 413],
  ["a long name", () => withBody(JSON.stringify({ name: "x".repeat(1_000_000) })), 422],
  ["deep JSON", () => withBody(`{"name":${DEEP}`), 400],
  ["deep JSON that ends", () => withBody(`{"name":${DEEP}${"]".repeat(200_000)}}`), 400],
  ["a NUL", () => withBody(String.raw`{"name":"a\u0000b"}`), 422],
  ["a lone surrogate", () => withBody(String.raw`{"name":"a\ud800b"}`), 422],
  ["bytes that are not UTF-8", () => withBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 400],
  ["__proto__", () => withBody('{"__proto__":{"name":"a"}}'), 400],
  ["bytes of a value that are not UTF-8", () => withBody(Buffer.from('{"name":"\xff"}', "latin1")), 400],
  ["an unknown member", () => withBody('{"name":"a","constructor":{}}'), 400],
  ["a malformed %", () => [head("GET /v1/users/%E0%A4%A HTTP/1.1", "connection: close")], 400],
  ["a path that leaves its folder", () => [head("GET /v1/../../etc/passwd HTTP/1.1", "connection: close")], 404],
  ["a parameter twice", () => [head("GET /v1/users?limit=1&limit=2 HTTP/1.1", "connection: close")], 400],
  ["a method without a route", () => [head("TRACE /v1/orgs HTTP/1.1", "connection: close")], 404],
  ["an unknown encoding", () => withBody("{}", "content-encoding: br"), 415],
];

test("bad requests are refused with problem objects and request ids; slow ones are answered", async () => {
  await startServer();
  const answers = await Promise.all(
    REFUSED.map(async ([name, pieces]) => {
      const answer = (await sendRaw(pieces())).toLowerCase();
      const isProblem = answer.includes("content-type: application/problem+json");
      return [name, Number(answer.slice(9, 12)), isProblem && /x-request-id: [0-9a-f-]{36}\r\n/.test(answer)];
    }),
  );
  expect(answers).toEqual(REFUSED.map(([name, , status]) => [name, status, true]));
  // one byte at a time
  const body = JSON.stringify({ name: "営業部", code: "SLOW" });
  const chunks = [...Buffer.from(body)].map((byte) =>
    Buffer.concat([Buffer.from("1\r\n"), Buffer.from([byte]), Buffer.from("\r\n")]),
  );
  const begin = head("POST /v1/orgs HTTP/1.1", JSON_TYPE, "transfer-encoding: chunked", "connection: close");
  expect(await sendRaw([...begin, ...chunks, "0\r\n\r\n"])).toContain("HTTP/1.1 200");
});

/** Sends requests whose responses nobody reads, and gives them up once the server has begun all of them. */
const giveUpReading = async (requests: readonly string[]): Promise<void> => {
  const readers = requests.map((line) => {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write(head(line));
    return socket.pause();
  });
  // a server that was held up for long may close a connection instead
  await Promise.all(readers.map((socket) => Promise.race([once(socket, "readable"), once(socket, "close")])));
  const closed = readers.filter(({ closed: isClosed }) => !isClosed).map((socket) => once(socket, "close"));
  for (const socket of readers) socket.destroy();
  await Promise.all(closed);
};

test(
  "readers that give up, and wrong passwords, leave the memory of the server as it was",
  { timeout: 120_000 },
  async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => `利用者 ${at},user${at}@example.com,東京都港区${at}`);
    await startServer(["氏名,メールアドレス,住所", ...rows, ""].join("\r\n"));
    const requests = ["GET /v1/users?limit=1000 HTTP/1.1", "GET /v1/users/export HTTP/1.1"];
    const each = Array.from({ length: 40 }, (_, at) => requests[at % requests.length] ?? "");
    await giveUpReading(each);
    const before = readMemory();
    for (let round = 0; round < 15; round += 1) await giveUpReading(each);
    const guesses = Array.from({ length: 16 }, async (_, at) => {
      const { status } = await server.send("/v1/sessions", {
        method: "POST",
        json: { account: `nobody ${at}`, password: "wrong" },
      });
      return status;
    });
    expect(new Set(await Promise.all(guesses))).toEqual(new Set([401]));
    // what the last round left is collected while others work
    const growth = async (): Promise<number> => {
      for (let count = 0; count < 50; count += 1) expect((await server.send("/v1/orgs")).status).toBe(200);
      return readMemory() - before;
    };
    // 600 responses of half a megabyte; what waits for the garbage collector has been up to 140 MB
    await expect.poll(growth).toBeLessThan(200);
    expect(await server.stop()).toBe(0);
  },
);
