/** Import this module only when needed: zod loads slowly. */
import { z } from "zod";
import { line, step } from "../advice/index.ts";
import { createApiMismatchFailure, createResponseFailure, readText } from "../client/answer.ts";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { parseSecureUrl } from "../model/address.ts";
import { text } from "../text/index.ts";
import type { ProviderSettings } from "./provider.ts";
import { openServerSocket, type SocketTools } from "../client/socket.ts";

const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

const Word = z.string().regex(/^[\x20-\x7e]{1,500}$/);

const isIssuer = (address: string): boolean => {
  const url = parseSecureUrl(address);
  return url !== undefined && url.href === url.origin + url.pathname;
};

const ProviderDocument = z.object({
  issuer: Word.refine(isIssuer),
  clientId: Word,
  audience: Word,
  scope: Word,
});

const TenantsDocument = z.object({
  tenants: z.array(z.object({ name: z.string().min(1).max(200), role: z.string().max(200) })).max(20_000),
});

/** Returns the origin. @throws `usage` if the address is not that of a server, or not encrypted */
export function parseServerAddress(typed: string): string {
  const url = parseSecureUrl(typed);
  if (url?.href === `${url?.origin}/`) return url.origin;
  throw new Failure("usage", { what: NOT_A_SERVER, where: typed });
}

const NOT_A_SERVER = text(
  "the address of a server is https:// and its name, without a path; http:// only for this computer",
  "サーバーのアドレスは https:// とホスト名だけで、パスを付けずに指定してください(http:// はこのコンピューターだけ)",
);

async function readDocument<S extends z.ZodType>(
  tools: SocketTools,
  server: string,
  path: string,
  schema: S,
  secret?: string,
): Promise<z.output<S>> {
  const credential = secret === undefined ? undefined : { secret, origin: server };
  const { transport, close } = openServerSocket(tools, server, { credential });
  try {
    const place = { method: "get", path, base: new URL(server) } as const;
    const response = await transport(new Request(new URL(path, server)));
    if (!response.ok) throw await createResponseFailure(place, response);
    const content = await readText(response, MAX_DOCUMENT_BYTES);
    const document = schema.safeParse(tryOrUndefined((): unknown => JSON.parse(content ?? "")));
    if (document.success) return document.data;
    const [fault] = document.error.issues;
    const wrong = `${path}: ${fault?.path.join(".") || "JSON"}`;
    throw createApiMismatchFailure(place, text(wrong, wrong));
  } finally {
    await close();
  }
}

export async function readProviderSettings(tools: SocketTools, server: string): Promise<ProviderSettings> {
  const settings = await readDocument(tools, server, "/oidc.json", ProviderDocument).catch((error: unknown) => {
    throw error instanceof Failure && error.status === 404 ? createNoProviderFailure(server) : error;
  });
  return { server, ...settings };
}

const createNoProviderFailure = (where: string): Failure =>
  new Failure("not-found", {
    what: text("this server has no identity provider", "このサーバーには ID プロバイダーが設定されていません"),
    where,
    hint: step(
      "to sign in to one tenant with its account, add it, then use login with --context",
      "アカウントで 1 つのテナントにサインインするには、次のように登録し、login に --context を指定してください",
      line("context add", ["NAME"], { url: "https://…" }),
    ),
  });

export const readServerTenants = async (tools: SocketTools, server: string, secret: string) =>
  (await readDocument(tools, server, "/tenants.json", TenantsDocument, secret)).tenants;
