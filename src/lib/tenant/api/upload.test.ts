import { describe, expect, it } from "vitest";
import { Failure } from "../../errors/index.ts";
import { same } from "../../text/index.ts";
import { failureOf, readStreamText } from "#support/tenant/tenant.ts";
import type { Upload } from "../subjects/upload.ts";
import { receiveFile } from "./request-input.ts";

const request = (
  type: string | undefined,
  body: string | ReadableStream<Uint8Array> = "a",
  signal?: AbortSignal,
): Request => {
  const init: RequestInit & { duplex: "half" } = {
    method: "PUT",
    body,
    duplex: "half",
    headers: type === undefined ? {} : { "content-type": type },
  };
  return new Request("http://tenant.invalid/", signal === undefined ? init : { ...init, signal });
};

const uploadOf = (...sent: Parameters<typeof request>): Upload => {
  const content = receiveFile(request(...sent));
  if (content instanceof Response) throw new TypeError(`refused with ${content.status}`);
  return content;
};

describe("the charset of a file", () => {
  it.each([
    ["text/csv; charset=utf-8", "utf-8"],
    ["text/csv;charset=shift_jis", "shift_jis"],
    ["Text/CSV ; Charset=UTF-16LE", "utf-16le"],
    ['text/csv; charset="utf-16be"', "utf-16be"],
    ["text/csv; header=present; charset=utf-8", "utf-8"],
    ["text/csv; charset=utf-8; header=present", "utf-8"],
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
    ["Application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; a=b", "xlsx"],
  ])("of %s is %s", (type, encoding) => {
    expect(uploadOf(type).encoding).toBe(encoding);
  });

  it.each([
    ["text/csv", /text\/csv/],
    ["text/csv; charset=", /text\/csv/],
    ["text/csv; header=charset", /text\/csv/],
    ["text/csv; xcharset=utf-8", /text\/csv/],
    ["application/json; charset=utf-8", /text\/csv/],
    ["x-text/csv; charset=utf-8", /text\/csv/],
    ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet2", /xlsx/],
    ["text/csv; charset=latin1", /latin1/],
    ["text/csv; charset=utf-16", /utf-16/],
    [undefined, /text\/csv/],
  ])("of %s is rejected", async (type, told) => {
    const answer = receiveFile(request(type));
    if (!(answer instanceof Response)) throw new TypeError("it was taken");
    const problem = (await answer.json()) as { readonly detail: { readonly en: string; readonly ja: string } };
    expect(problem).toMatchObject({
      type: "usage",
      status: 415,
      where: "content-type",
      hint: { en: expect.stringContaining("utf-16be") },
    });
    expect([problem.detail.en, problem.detail.ja]).toEqual([expect.stringMatching(told), expect.stringMatching(told)]);
  });
});

const CSV = "text/csv; charset=utf-8";

const torn = (error: unknown): ReadableStream<Uint8Array> => {
  let pieces = 0;
  return new ReadableStream({
    pull(controller) {
      pieces += 1;
      if (pieces === 1) controller.enqueue(Buffer.from("half"));
      else controller.error(error);
    },
  });
};

describe("a file's bytes", () => {
  it("arrive unchanged, even if the body is empty", async () => {
    expect(await readStreamText(uploadOf(CSV, "氏名,\r\n").stream)).toBe("氏名,\r\n");
    const none = receiveFile(
      new Request("http://tenant.invalid/", { method: "PUT", headers: { "content-type": CSV } }),
    );
    expect(none instanceof Response ? none : await readStreamText(none.stream)).toBe("");
  });

  it.each([
    [
      "the sender's own reason",
      new Failure("input-rejected", { what: same("the file changed") }),
      undefined,
      "input-rejected",
    ],
    ["an error of the connection", new Error("reset"), undefined, "unavailable"],
    ["an error after an interruption", new Error("reset"), AbortSignal.abort(), "interrupted"],
  ] as const)("end with %s, whatever the consumer reports", async (_, error, signal, code) => {
    const upload = uploadOf(CSV, torn(error), signal);
    const work = readStreamText(upload.stream).catch(() => {
      throw new RangeError("half a record");
    });
    expect((await failureOf(upload.through(work)))?.code).toBe(code);
  });

  it("do not affect other failures of the consumer", async () => {
    const upload = uploadOf(CSV);
    await expect(upload.through(Promise.reject(new RangeError("no")))).rejects.toThrow("no");
    expect(await upload.through(Promise.resolve(7))).toBe(7);
  });
});
