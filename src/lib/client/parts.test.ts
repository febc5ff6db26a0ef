import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import type { HandoverEnd } from "../tenant/operations.ts";
import { createResponse } from "../tenant/dispatch/result.ts";
import { MAX_FRAME_BYTES, MEDIA_TYPES } from "../tenant/dispatch/wire.ts";
import type { ExportedParts } from "../tenant/results.ts";
import { openClient, type Transport } from "./index.ts";

const END: HandoverEnd = {
  tenant: "kanto",
  mirroredAt: null,
  administratorsKnown: false,
  records: {},
  files: {},
  lastUpdatedAt: null,
  auditHead: null,
};

const frame = (kind: number, payload: string, length = Buffer.byteLength(payload)): string =>
  String.fromCharCode(kind, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff)) + payload;

const part = (name: string, content: string): string => frame(0, name) + frame(1, content);

const FINISH = frame(2, "");
const LAST = part("end.json", JSON.stringify(END));
const WHOLE = part("a.csv", "1,2\r\n") + frame(0, "resources/b.ndjson") + LAST + FINISH;

/** Bytes in pieces of these lengths, again and again. */
function* cut(bytes: Uint8Array<ArrayBuffer>, lengths: readonly number[]): Generator<Uint8Array<ArrayBuffer>> {
  for (let [at, turn] = [0, 0]; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const answering =
  (body: string | Uint8Array, lengths: readonly number[] = [1 << 16], type: string = MEDIA_TYPES.parts): Transport =>
  () =>
    Promise.resolve(
      new Response(ReadableStream.from(cut(Uint8Array.from(Buffer.from(body as string, "latin1")), lengths)), {
        headers: { "content-type": type },
      }),
    );

const opened = async (transport: Transport) => (await openClient({ transport }, ["exports"])).exports.create({});

/** The parts by name, and what the last one says. */
const read = async (transport: Transport) => {
  const parts = await opened(transport);
  const found: [string, string][] = [];
  for await (const { name, content } of parts) {
    found.push([name, Buffer.concat(await Array.fromAsync(content)).toString()]);
  }
  return { found, end: parts.end() };
};

const failureOf = async (transport: Transport): Promise<string> => {
  const error: unknown = await read(transport).catch((failed: unknown) => failed);
  if (!(error instanceof Failure)) throw new TypeError("no failure", { cause: error });
  expect(error.where).toBe("POST /v1/exports");
  return `${error.code}: ${error.what.en}`;
};

const encode = (files: readonly (readonly [name: string, contents: readonly string[]])[]): Promise<Uint8Array> => {
  const pieces = files.flatMap(([name, contents]) => [{ name }, ...contents.map((each) => Buffer.from(each))]);
  const result: ExportedParts = { content: ReadableStream.from(pieces) };
  return createResponse(
    { route: "POST /v1/exports", about: "", needs: [], result: "parts", run: () => result },
    result,
  ).bytes();
};

test("the files of a response arrive unchanged, however they are split, and never truncated", async () => {
  const content = fc.string({ unit: fc.constantFrom("a", "\r\n", "\0", "\u0001", "\u0002", "髙"), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(content, { maxLength: 3 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (contents, lengths, share) => {
        const given = contents.map((each, at) => [`resources/r${at}.ndjson`, each] as const);
        const body = await encode([...given, ["end.json", [JSON.stringify(END)]]]);
        const found = given.map(([name, each]) => [name, each.join("")]);
        expect(await read(answering(body, lengths))).toEqual({ found, end: END });
        const truncated = body.subarray(0, Math.floor(share * body.length));
        expect(await failureOf(answering(truncated, lengths))).toMatch(/^unavailable: .* the data ends too early/);
      },
    ),
    { numRuns: 100 },
  );
});

test("a piece may be longer than a frame", async () => {
  const long = "髙".repeat(MAX_FRAME_BYTES);
  const body = await encode([
    ["a.csv", [long]],
    ["end.json", [JSON.stringify(END)]],
  ]);
  expect(await read(answering(body))).toEqual({ found: [["a.csv", long]], end: END });
});

test("skips the unread content of a part", async () => {
  const parts = await opened(answering(WHOLE, [7]));
  const names: string[] = [];
  for await (const { name } of parts) names.push(name);
  expect(names).toEqual(["a.csv", "resources/b.ndjson"]);
  expect(parts.end()).toEqual(END);
});

test("the end is unknown until all parts are read", async () => {
  const parts = await opened(answering(WHOLE));
  expect(() => parts.end()).toThrow(TypeError);
});

describe("refuses", () => {
  const many = Array.from({ length: 1000 }, (_, at) => frame(0, `r${at}.csv`)).join("");
  test.each([
    ["another type", WHOLE, "application/json", /instead of application\/vnd\.clomoctl\.parts/],
    ["bytes before a name", frame(1, "a") + WHOLE, undefined, /a part is malformed/],
    ["a kind that is unknown", frame(3, "") + WHOLE, undefined, /a part is malformed/],
    ["an end with a payload", part("a.csv", "") + LAST + frame(2, "a"), undefined, /a part is malformed/],
    ["a frame that is too long", frame(0, "a.csv") + frame(1, "", MAX_FRAME_BYTES + 1), undefined, /malformed/],
    ["something behind the end", `${WHOLE}x`, undefined, /there is data after the last part/],
    ["a name that climbs", part("../a.csv", "") + LAST + FINISH, undefined, /unexpected name/],
    ["an absolute name", part("/a.csv", "") + LAST + FINISH, undefined, /unexpected name/],
    ["two files of a name", part("a.csv", "") + part("a.csv", "") + LAST + FINISH, undefined, /unexpected name/],
    ["more than 1,000 files", many + LAST + FINISH, undefined, /unexpected name/],
    ["no last file", part("a.csv", "") + FINISH, undefined, /ends early/],
    ["a file behind the last one", LAST + part("a.csv", "") + FINISH, undefined, /ends early/],
    ["a last file that is no JSON", part("end.json", "{") + FINISH, undefined, /malformed JSON/],
  ])("%s", async (_, body, type, expected) => {
    expect(await failureOf(answering(body, [50], type))).toMatch(expected);
  });
});
