import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import type { HandoverEnd } from "../tenant/operations.ts";
import { openClient, type Transport } from "./index.ts";

const B = "clomoctl-0123456789abcdef";

const END: HandoverEnd = {
  tenant: "kanto",
  mirroredAt: null,
  scope: null,
  administratorsKnown: false,
  partial: false,
  hidden: {},
  records: {},
  files: {},
  states: {},
  lastUpdatedAt: null,
  auditHead: null,
};

const part = (name: string, content: string): string =>
  `Content-Type: text/csv\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${content}`;

const bodyOf = (parts: readonly string[]): string =>
  `${parts.map((each, at) => `${at === 0 ? "" : "\r\n"}--${B}\r\n${each}`).join("")}\r\n--${B}--\r\n`;

const WHOLE = bodyOf([part("a.csv", "1,2\r\n"), part("resources/b.ndjson", ""), part("end.json", JSON.stringify(END))]);

/** Bytes in pieces of these lengths, again and again. */
function* cut(bytes: Uint8Array<ArrayBuffer>, lengths: readonly number[]): Generator<Uint8Array<ArrayBuffer>> {
  for (let [at, turn] = [0, 0]; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const answering =
  (body: string, lengths: readonly number[] = [1 << 16], type = `multipart/mixed; boundary="${B}"`): Transport =>
  () =>
    Promise.resolve(
      new Response(ReadableStream.from(cut(Uint8Array.from(Buffer.from(body)), lengths)), {
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

test("the parts of a response arrive unchanged, however they are split", async () => {
  const content = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "-", B, `\r\n--${B.slice(0, 9)}`, "髙") });
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (contents, lengths) => {
        fc.pre(contents.every((each) => !`\r\n${each}`.includes(`\r\n--${B}`)));
        const given = contents.map((each, at): [string, string] => [`resources/r${at}.ndjson`, each]);
        const body = bodyOf(
          [...given, ["end.json", JSON.stringify(END)] as const].map(([name, each]) => part(name, each)),
        );
        expect(await read(answering(body, lengths))).toEqual({ found: given, end: END });
      },
    ),
    { numRuns: 100 },
  );
});

test("a response truncated anywhere fails", async () => {
  const whole = Buffer.from(WHOLE);
  // without its last line break it is whole
  for (let end = 0; end < whole.length - 2; end += 1) {
    expect(await failureOf(answering(whole.subarray(0, end).toString()))).toMatch(/^unavailable: /);
  }
  expect((await read(answering(WHOLE.slice(0, -2)))).end).toEqual(END);
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
  const end = part("end.json", JSON.stringify(END));
  test.each([
    ["no boundary", WHOLE, "multipart/mixed", /no multipart boundary/],
    ["another type", WHOLE, "application/json", /instead of multipart\/mixed/],
    ["something before the parts", `x${WHOLE}`, undefined, /does not begin with a part/],
    ["something behind them", `${WHOLE}x`, undefined, /there is unexpected data after the last part/],
    ["a name that climbs", bodyOf([part("../a.csv", ""), end]), undefined, /a part has no name/],
    ["an absolute name", bodyOf([part("/a.csv", ""), end]), undefined, /a part has no name/],
    ["two parts of a name", bodyOf([part("a.csv", ""), part("a.csv", ""), end]), undefined, /unexpected part: a\.csv/],
    ["no last part", bodyOf([part("a.csv", "")]), undefined, /ends early/],
    ["a part behind the last one", bodyOf([end, part("a.csv", "")]), undefined, /ends early/],
    ["headers without an end", `--${B}\r\n${"a: b\r\n".repeat(2000)}`, undefined, /a part has no name/],
    ["a last part that is no JSON", bodyOf([part("end.json", "{")]), undefined, /malformed JSON/],
    ["a delimiter with something behind it", WHOLE.replace(`${B}\r\n`, `${B}x\r\n`), undefined, /malformed/],
  ])("%s", async (_, body, type, expected) => {
    expect(await failureOf(answering(body, [50], type))).toMatch(expected);
  });
});
