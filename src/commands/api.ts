import { Failure } from "../lib/errors/index.ts";
import { readNamedFile } from "../lib/files/index.ts";
import { decodeUtf8 } from "../lib/files/read.ts";
import { escapeForPeople, escapeJson } from "../lib/text/shell-word.ts";
import { text } from "../lib/text/index.ts";
import { defineCommand } from "./kit/command.ts";
import { defineChoice, defineOption } from "./kit/field.ts";
import type { Tools } from "./kit/tools.ts";

const MIB = 1024 * 1024;

const MAX_BODY_MIB = 64;

const METHODS = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

export default defineCommand({
  summary: text("send a request to the tenant API", "テナント API にリクエストを送る"),
  args: {
    method: defineChoice(Object.keys(METHODS) as (keyof typeof METHODS)[], "HTTP method", "HTTP メソッド", {
      required: true,
    }),
    path: {
      kind: "string",
      required: true,
      about: text("path with query, such as /v1/users?limit=1", "クエリを含むパス(例: /v1/users?limit=1)"),
    },
  },
  options: {
    input: defineOption("file", "FILE", "file with the JSON body (- for stdin)", "JSON の本文のファイル(- は標準入力)"),
    include: {
      kind: "boolean",
      about: text("print the status and the headers before the body", "本文の前にステータスとヘッダーを表示する"),
    },
  },
  examples: [{ line: "clomoctl api GET /v1/whoami" }, { line: "clomoctl api GET '/v1/users?limit=1' --include" }],
  exits: ["input-rejected", "not-signed-in", "not-permitted", "conflict", "not-found", "unavailable", "throttled"],
  changes: true,
  async run(tools, { method, path, input, include }) {
    const body = input === undefined ? undefined : await readBody(tools, input);
    const { request } = await tools.tenant();
    const response = await request({ method: METHODS[method], path, body });
    if (include) await tools.terminal.out.write(renderHead(response));
    if (response.failure !== undefined) throw response.failure;
    await writeBody(tools, response);
  },
});

const readBody = async (tools: Tools, file: string): Promise<string> => {
  const { bytes } = await readNamedFile(tools, file, MAX_BODY_MIB * MIB);
  if (bytes.length > MAX_BODY_MIB * MIB)
    throw new Failure("input-rejected", {
      what: text(`the body is longer than ${MAX_BODY_MIB} MiB`, `本文が ${MAX_BODY_MIB} MiB を超えています`),
      where: file,
    });
  return decodeUtf8(bytes, file);
};

type ReceivedResponse = Awaited<ReturnType<Awaited<ReturnType<Tools["tenant"]>>["request"]>>;

const renderHead = ({ status, headers }: ReceivedResponse): string =>
  [`HTTP ${status}`, ...headers.map(([name, value]) => escapeForPeople(`${name}: ${value}`)), "", ""].join("\n");

const writeBody = async ({ terminal: { out } }: Tools, { headers, body }: ReceivedResponse): Promise<void> => {
  const [, type = ""] = headers.find(([name]) => name === "content-type") ?? [];
  const isJson = type.startsWith("application/json");
  const decoder = new TextDecoder();
  let content = "";
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    if (isJson) content += decoder.decode(chunk, { stream: true });
    else if (out.closed) return;
    else await out.write(chunk);
  }
  if (isJson) await out.write(`${escapeJson(JSON.stringify(JSON.parse(content), null, 2))}\n`);
};
