import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LightHeaders, LightRequest, LightResponse } from "./light-fetch.ts";

const name = fc.stringMatching(/^[A-Za-z-]{1,6}$/);
const value = fc.stringMatching(/^[ -~]{0,8}$/);

describe("light messages behave like the platform's", () => {
  test("header fields", () => {
    const step = fc.tuple(fc.constantFrom("set", "append", "delete"), name, value);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), name, (steps, asked) => {
        const light = new LightHeaders();
        const real = new Headers();
        for (const [verb, field, content] of steps) {
          if (verb === "delete") {
            light.delete(field);
            real.delete(field);
          } else {
            light[verb as "set"](field, content);
            real[verb as "set"](field, content);
          }
        }
        expect([...light]).toEqual([...real]);
        expect([light.get(asked), light.has(asked)]).toEqual([real.get(asked), real.has(asked)]);
      }),
    );
  });

  test("a text body sets its content type and can be read once", async () => {
    const response = new LightResponse('{"a":[1]}', { status: 201 });
    expect([response.ok, response.status, response.headers.get("content-type")]).toEqual([
      true,
      201,
      new Response("x").headers.get("content-type"),
    ]);
    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual({ a: [1] });
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test("a body is always the same stream, and reading the stream uses the body", async () => {
    for (const response of [new LightResponse("x"), new Response("x")]) {
      const { body } = response;
      expect(response.body).toBe(body);
      body?.getReader();
      expect(response.body?.locked).toBe(true);
      await expect(response.text()).rejects.toThrow(TypeError);
    }
  });

  test("chunks of a body are read once, and the rest is left to its stream", async () => {
    const chunksOf = async (body: ReadableStream<Uint8Array> | null) => (await Array.fromAsync(body ?? [])).map(String);
    for (const response of [new LightResponse("x"), new Response("x")]) {
      expect(await chunksOf(response.body)).toEqual(["120"]);
      expect(await chunksOf(response.body)).toEqual([]);
      expect(await response.body?.getReader().read()).toEqual({ value: undefined, done: true });
    }
    for (const response of [new LightResponse("x"), new Response("x")]) {
      const [one, other] = response.body?.tee() ?? [];
      expect([await chunksOf(one ?? null), await chunksOf(other ?? null)]).toEqual([["120"], ["120"]]);
      expect(await chunksOf(new LightResponse("").body)).toEqual([]);
    }
    for (const { body } of [new LightResponse("x"), new Response("x")]) {
      await body?.cancel();
      expect(await chunksOf(body)).toEqual([]);
    }
  });

  test("a streamed body arrives in its chunks", async () => {
    const pieces = [Buffer.from("髙"), Buffer.from("橋")];
    const request = new LightRequest(new URL("http://tenant.invalid/a?b=c"), {
      method: "PUT",
      body: ReadableStream.from(pieces) as ReadableStream<Uint8Array>,
    });
    expect([request.method, request.url, request.headers.has("content-type")]).toEqual([
      "PUT",
      "http://tenant.invalid/a?b=c",
      false,
    ]);
    expect(await request.text()).toBe("髙橋");
  });

  test("a request made from another keeps what is not overridden", async () => {
    const abort = new AbortController();
    const first = new LightRequest("http://tenant.invalid/", {
      method: "POST",
      headers: { "if-match": "x" },
      body: "old",
      signal: abort.signal,
    });
    const second = new LightRequest(first, { body: "new" });
    expect([second.url, second.method, second.headers.get("if-match"), second.signal]).toEqual([
      "http://tenant.invalid/",
      "POST",
      "x",
      abort.signal,
    ]);
    expect(await second.text()).toBe("new");
  });
});
