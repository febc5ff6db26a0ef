import { requireFailure as failure } from "#support/client/whole-client.ts";
import { describe, expect, it } from "vitest";
import type { Failure } from "../errors/index.ts";
import { createWholeClient, type WholeClient } from "#support/client/whole-client.ts";

const answering = (make: () => Response): WholeClient => createWholeClient({ transport: async () => make() });

const json = { headers: { "content-type": "application/json" } };
const ndjson = { headers: { "content-type": "application/x-ndjson" } };
const row = JSON.stringify({
  row: 2,
  line: 2,
  key: "a",
  action: "create",
  changed: [],
  before: [],
  setsSecret: false,
  exists: false,
  after: [],
});
const plan = "00000000-0000-7000-8000-000000000001";

const endless = (piece: string) => {
  const counted = { pieces: 0 };
  const bytes = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        counted.pieces += 1;
        controller.enqueue(bytes);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, counted };
};

describe("an invalid response", () => {
  it.each<[string, RegExp, () => Response]>([
    [
      "a page of HTML",
      /text\/html instead of application\/json/,
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    ],
    ["no content type", /no content type/, () => new Response(Buffer.from("{}"))],
    ["malformed JSON", /malformed JSON/, () => new Response("{", json)],
    ["JSON that is not UTF-8", /malformed JSON/, () => new Response(Buffer.from([0x22, 0xff, 0x22]), json)],
    ["nothing", /malformed JSON/, () => new Response(null, json)],
    ["an error page", /status 502/, () => new Response("<html>", { status: 502 })],
    [
      "a proxy's page",
      /^another program, perhaps a proxy, .*\(status 403\)$/,
      () => new Response("<p>", { status: 403 }),
    ],
    ["an unknown problem", /unknown problem type teapot/, () => problem("teapot")],
    ["a problem named as a property of objects", /unknown problem type __proto__/, () => problem("__proto__")],
    ["a problem that is no failure", /unknown problem type differs/, () => problem("differs")],
    ["a problem without text", /status 400/, () => new Response(`{"type":"usage"}`, { status: 400 })],
  ])("with %s is `unavailable`, with a clear message", async (_, message, make) => {
    const { code, what, where } = await failure(answering(make).tenant.show());
    expect(code).toBe("unavailable");
    expect(what.en).toMatch(message);
    expect(what.ja).not.toBe(what.en);
    expect(where).toBe("GET /v1/tenant");
  });

  it("of another program names what to check", async () => {
    const { hint } = await failure(answering(() => new Response("<p>", { status: 403 })).tenant.show());
    expect([hint?.en, hint?.ja]).toEqual([expect.stringContaining("NO_PROXY"), expect.stringContaining("NO_PROXY")]);
  });

  it.each([
    ["no problem object, 500", true, () => new Response("<html>", { status: 500 })],
    ["no problem object, 502", true, () => new Response("<html>", { status: 502 })],
    ["no problem object, 503", true, () => new Response("", { status: 503 })],
    ["no problem object, 504", true, () => new Response("", { status: 504 })],
    ["an unknown problem, 502", true, () => problem("about:blank", 502)],
    ["a result that is cut off", true, () => new Response("{", json)],
    ["no problem object, 403", false, () => new Response("<html>", { status: 403 })],
    ["no problem object, 429", false, () => new Response("<html>", { status: 429 })],
    ["an unknown problem, 418", false, () => problem("teapot")],
    ["the tenant's own problem, 503", false, () => problem("unavailable", 503)],
  ])("to a change says whether the tenant may have made it: %s, %s", async (_, mayHaveEffect, make) => {
    const [changed, read] = [
      answering(make).imports.commit({ id: plan, etag: "1" }, {}),
      answering(make).tenant.show(),
    ];
    const { what } = await failure(changed);
    expect(what.en.endsWith("; the tenant may have completed the request")).toBe(mayHaveEffect);
    expect((await failure(read)).what.en).not.toContain("may have completed");
  });

  it.each([
    [{ "x-request-id": "r1" }, "x-request-id: r1", expect.stringMatching(/: `clomoctl context list`$/)],
    [{ "retry-after": "0" }, "GET /v1/tenant", "try again in 0 seconds"],
    [{ "retry-after": "90" }, "GET /v1/tenant", "try again in 90 seconds"],
    [{ "retry-after": "121" }, "GET /v1/tenant", "try again in 3 minutes"],
    [{ "retry-after": "1", "x-request-id": "r2" }, "GET /v1/tenant, x-request-id: r2", "try again in 1 second"],
  ])("shows what the headers say: %o", async (headers, where, hint) => {
    const make = () => new Response("<html>", { status: 503, headers: headers as unknown as Record<string, string> });
    const caught = await failure(answering(make).tenant.show());
    expect([caught.code, caught.hint?.en]).toEqual(["unavailable", hint]);
    expect(caught.where).toContain(where);
  });

  const problem = (type: string, status = 418): Response => {
    const detail = { en: "x", ja: "x" };
    return new Response(JSON.stringify({ type, title: "x", status, detail }), { status });
  };

  it("is not read to the end if it is an error of ten megabytes or endless", async () => {
    const { stream, counted } = endless("error ");
    const { code, what } = await failure(answering(() => new Response(stream, { status: 500 })).tenant.show());
    expect([code, what.en]).toEqual(["unavailable", expect.stringContaining("status 500")]);
    expect(counted.pieces).toBeLessThan(5);
  });

  it("is not read to the end if a line is endless", async () => {
    const { stream, counted } = endless("x");
    const client = answering(() => new Response(stream, ndjson));
    const { what } = await failure(Array.fromAsync(client.imports.rows(plan)));
    expect(what.en).toMatch(/a line is too long/);
    expect(counted.pieces).toBeLessThan(300);
  });

  it.each([
    ["half a line", `${row}\n${row.slice(0, 20)}`, /ends early/, 1],
    ["a malformed line", `${row}\nnonsense\n`, /malformed JSON/, 1],
  ])("returns the complete lines before %s", async (_, body, message, whole) => {
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const line of answering(() => new Response(body, ndjson)).imports.rows(plan)) seen.push(line.row);
    };
    const { code, what } = await failure(reading());
    expect([code, what.en, seen.length]).toEqual(["unavailable", expect.stringMatching(message), whole]);
  });

  it.each([
    ["half a line", '{"a":1}\n{"a"', ndjson, /ends early/, '{"a":1}\n{"a"'],
    ["a page", '{"items":[],"next":null}', json, /application\/json instead of application\/x-ndjson/, ""],
  ])("is passed on as lines, and fails at %s", async (_, body, type, message, whole) => {
    let passed = "";
    const passing = async (): Promise<void> => {
      for await (const chunk of answering(() => new Response(body, type))
        .users.list()
        .ndjson())
        passed += Buffer.from(chunk);
    };
    const { code, what } = await failure(passing());
    expect([code, what.en, passed]).toEqual(["unavailable", expect.stringMatching(message), whole]);
  });
});

describe("a failure from a tenant", () => {
  const detail = { en: "taken", ja: "使用済み" };
  const told = (problem: object, status = 422): Promise<Failure> =>
    failure(
      answering(() =>
        Response.json({ type: "input-rejected", title: "x", status, detail, ...problem }, { status }),
      ).tenant.show(),
    );

  it("has its place and hint, if there are any", async () => {
    const hint = { en: "choose another", ja: "別の名前にしてください" };
    expect(await told({ where: "json.name", hint })).toMatchObject({
      code: "input-rejected",
      what: detail,
      where: "json.name",
      hint,
    });
    const { where, hint: none } = await told({});
    expect([where, none]).toEqual([undefined, undefined]);
  });

  it("is `unavailable` if it is not UTF-8, even if only truncated within a character", async () => {
    const bytes = Buffer.from(JSON.stringify({ type: "usage", title: "x", status: 400, detail }));
    const cut = bytes.subarray(0, bytes.indexOf("使") + 1);
    expect((await failure(answering(() => new Response(cut, { status: 400 })).tenant.show())).code).toBe("unavailable");
  });
});

it("returns an empty list for a stream without lines, and rethrows a stream error", async () => {
  const rows = (body: ReadableStream<Uint8Array> | string | null) =>
    Array.fromAsync(answering(() => new Response(body, ndjson)).imports.rows(plan));
  expect(await rows(null)).toEqual([]);
  expect(await rows("")).toEqual([]);
  const torn = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new RangeError("torn")) });
  await expect(rows(torn)).rejects.toThrow("torn");
  const tornJson = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError("torn")) });
  await expect(answering(() => new Response(tornJson, json)).tenant.show()).rejects.toThrow("torn");
});

it("keeps the path of the tenant's address", async () => {
  const urls: string[] = [];
  const client = createWholeClient({
    transport: async ({ url }) => {
      urls.push(url);
      return new Response("{}", json);
    },
    base: new URL("https://gateway.example/clomo/"),
  });
  await client.users.find({ name: "a b" });
  expect(urls).toEqual(["https://gateway.example/clomo/v1/users/find?name=a+b"]);
});
