import { DEFAULT_LIMITS, startServer, type RunningServer } from "../../../src/lib/serve/index.ts";
import type { AnsweredRequest, ServerLimits } from "../../../src/lib/serve/options.ts";
import { createErrorResponse, createProblemResponse } from "../../../src/lib/tenant/api/problem.ts";
import { createDispatch } from "../../../src/lib/tenant/api/dispatch.ts";
import type { OpenTenant } from "../../../src/lib/tenant/api/index.ts";

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly logged: readonly AnsweredRequest[];
}

export const serveTestTenant = async (
  { served }: { readonly served: OpenTenant },
  changed: Partial<ServerLimits> = {},
): Promise<TestServer> => {
  const limits = { ...DEFAULT_LIMITS, ...changed };
  const logged: AnsweredRequest[] = [];
  let ids = 0;
  const answer = createDispatch(served);
  const server: RunningServer = await startServer({
    place: { host: "127.0.0.1", port: 0 },
    limits,
    answer: (request, from, trace) => answer(request, { ...from, limitMs: limits.requestMs, trace }),
    refuse: (failure, headers = {}, status = failure.status) => createProblemResponse(failure, { headers, status }),
    explain: createErrorResponse,
    isReady: served.isReadable,
    document: async () => "{}",
    newId: () => `request-${(ids += 1)}`,
    log: (request) => void logged.push(request),
  });
  return { url: server.url, logged, [Symbol.asyncDispose]: () => server.stop(0) };
};
