import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSocket } from "../../../src/lib/client/socket.ts";
import { createProcessTable } from "../../../src/lib/files/index.ts";
import { DEFAULT_LIMITS, receiveUpload } from "../../../src/lib/serve/index.ts";
import type { OpenTenant, TenantOptions } from "../../../src/lib/tenant/api/index.ts";
import { createDispatch } from "../../../src/lib/tenant/api/dispatch.ts";
import type { RequestSource } from "../../../src/lib/tenant/subjects/parts.ts";
import { serveTestTenant } from "./serving.ts";

const processes = createProcessTable(process.pid, process.kill.bind(process), "here");

const startServer = async (tenant: OpenTenant, secret: string) => {
  const server = await serveTestTenant({ served: tenant });
  const surroundings = { now: () => 0, wait: async () => undefined, random: () => 1 };
  const credential = { secret, origin: server.url };
  return { server, socket: openSocket({ surroundings, credential }) };
};

export type AnsweringTenant = OpenTenant & {
  readonly fetch: (request: Request, from?: RequestSource) => Promise<Response>;
};

export const withFetch = (tenant: OpenTenant): AnsweringTenant => ({ ...tenant, fetch: createDispatch(tenant) });

export interface SignIn {
  readonly secret: string;
  readonly prepare: () => void;
}

/**
 * Opens a tenant whose requests travel through a server and a socket with a credential, and whose uploads are stored
 * until they are complete. The server starts at the first request.
 */
export const openOverSocket = (
  open: (spool: TenantOptions["spool"]) => OpenTenant,
  { secret, prepare }: SignIn,
): AnsweringTenant => {
  const uploads = mkdtempSync(join(tmpdir(), "uploads-test-"));
  const place = { temporaryFolder: uploads, processes };
  const tenant = open((request, signal) => receiveUpload(request, { place, limit: DEFAULT_LIMITS.bytes, signal }));
  let begun: ReturnType<typeof startServer> | undefined;
  return {
    ...tenant,
    async fetch({ url, method, headers, body, signal }) {
      prepare();
      const { server, socket } = await (begun ??= startServer(tenant, secret));
      const { pathname, search } = new URL(url);
      const init: RequestInit & { duplex: "half" } = { method, headers, body, signal, duplex: "half" };
      return socket.transport(new Request(new URL(pathname + search, server.url), init));
    },
    async close() {
      const started = await begun;
      await started?.socket.close();
      await started?.server[Symbol.asyncDispose]();
      await tenant.close();
      rmSync(uploads, { recursive: true, force: true });
    },
  };
};
