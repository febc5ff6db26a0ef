import { randomInt } from "node:crypto";
import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServedContext, ServerPlan } from "../commands/kit/tools.ts";
import { line, step } from "../lib/advice/index.ts";
import type { EmbeddedContext } from "../lib/config/context.ts";
import { createBareContext } from "../lib/config/settings-file.ts";
import { Failure } from "../lib/errors/index.ts";
import type { TemporaryStorage } from "../lib/files/index.ts";
import { toContextNameKey as keyOf } from "../lib/model/context-name.ts";
import {
  DEFAULT_LIMITS as limits,
  formatLogLine,
  receiveUpload,
  removeTenant,
  RequestCounts,
  startMetrics,
  startServer,
  TenantRouter,
} from "../lib/serve/index.ts";
import type { RunningServer, ServeOptions } from "../lib/serve/options.ts";
import { createDispatch } from "../lib/tenant/api/dispatch.ts";
import { openTenant } from "../lib/tenant/api/index.ts";
import { createErrorResponse, createProblemResponse } from "../lib/tenant/api/problem.ts";
import { text } from "../lib/text/index.ts";
import { buildTenantOptions, TENANT_FILE, type ConnectionEnvironment } from "./tenant.ts";

const getFileIdentity = ({ tenantFolder }: EmbeddedContext): string | undefined => {
  const file = statSync(join(tenantFolder, TENANT_FILE), { throwIfNoEntry: false });
  return file && `${file.dev} ${file.ino}`;
};

/** A process ID says nothing at another server, so uploads of others are left alone until they are old. */
const SHARED_PROCESSES = { self: randomInt(2 ** 47), isAlive: () => true };

const openTenants = async (
  machine: ConnectionEnvironment,
  served: ServerPlan["tenant"],
  { temporary, closing }: Pick<ServingTools, "temporary" | "closing">,
) => {
  const openServed = (context: ServedContext, inMemory = false) => {
    const tenant = openTenant({
      ...buildTenantOptions(machine, context, "requests"),
      ...(context.log !== undefined && { processes: SHARED_PROCESSES }),
      inMemory,
      shared: inMemory && "find" in served ? served.shared : undefined,
      spool: (request, signal) => receiveUpload(request, { place: temporary, limit: limits.bytes, signal }),
    });
    const dispatch = createDispatch(tenant, "find" in served ? removeTenant : undefined);
    const answer: ServeOptions["answer"] = (request, from, trace) =>
      dispatch(request, { ...from, limitMs: limits.requestMs, trace });
    const opened = getFileIdentity(context);
    const { log } = context;
    if (log !== undefined) log.hasMismatch = false;
    return {
      ...tenant,
      answer,
      isStored: () => log?.hasMismatch !== true && getFileIdentity(context) === opened,
    };
  };
  if ("find" in served) {
    const open = (found: ServedContext | undefined) =>
      openServed(found ?? createBareContext("", ""), found === undefined);
    const tenants = new TenantRouter({ ...served, keyOf, open });
    closing.defer(() => tenants.close());
    const { answer, answerAccess: access, release } = tenants;
    const { isReady = () => Promise.resolve(true) } = served;
    return { answer, access, release, isReady, countOpen: () => tenants.openTenants };
  }
  const tenant = openServed(served);
  closing.defer(tenant.close);
  if (!(await tenant.canSignIn())) throw createNoPasswordFailure(await tenant.isMirror());
  const { answer, isReadable: isReady } = tenant;
  return { answer, access: undefined, release: undefined, isReady, countOpen: () => 1 };
};

export async function serveTenant(
  machine: ConnectionEnvironment,
  { tenant, metrics, now = machine.clock.now, ...place }: ServerPlan,
  { documentFile, log, ...tools }: ServingTools,
): Promise<RunningServer & { readonly metricsUrl: string | undefined }> {
  const clock = { ...machine.clock, now };
  const { release, countOpen, ...opened } = await openTenants({ ...machine, clock }, tenant, tools);
  const counts = new RequestCounts();
  const renderMetrics = async () => counts.render(countOpen()) + ((await metrics?.read()) ?? "");
  const monitored = metrics && (await startMetrics(metrics.place, renderMetrics, createErrorResponse));
  tools.closing.defer(() => monitored?.close());
  const server = await startServer({
    ...place,
    ...opened,
    limits,
    refuse: (failure, headers = {}, status) =>
      createProblemResponse(failure, status === undefined ? { headers } : { headers, status }),
    explain: createErrorResponse,
    document: () => readFile(documentFile, "utf8"),
    newId: () => crypto.randomUUID(),
    log: (request) => {
      release?.(request.id);
      counts.add(request);
      log(formatLogLine(machine.clock.now().toISOString(), request));
    },
  });
  return { ...server, metricsUrl: monitored?.url };
}

interface ServingTools {
  readonly temporary: TemporaryStorage;
  readonly documentFile: string;
  readonly log: (line: string) => void;
  readonly closing: AsyncDisposableStack;
}

const createNoPasswordFailure = (isMirror: boolean): Failure => {
  const account = { account: "NAME", role: "system", alreadyInConsole: true } as const;
  const signIn = line("clomo-account reset-password", ["NAME"], { forSignIn: true, passwordFile: "FILE" });
  return new Failure("input-rejected", {
    what: text(
      "nobody can sign in to this tenant, because no administrator has a password",
      "パスワードのある管理者がいないため、このテナントにはだれもサインインできません",
    ),
    hint: isMirror
      ? step(
          `to record an administrator of the console: ${line("clomo-account create", ["MAIL"], account)}; then, to let the administrator sign in`,
          `管理画面の管理者を記録するには: ${line("clomo-account create", ["MAIL"], account)}。続けて、サインインできるようにするには`,
          signIn,
        )
      : step(
          "to create the first administrator",
          "最初の管理者を作るには",
          line("serve", ["init"], { account: "NAME", passwordFile: "FILE" }),
        ),
  });
};
