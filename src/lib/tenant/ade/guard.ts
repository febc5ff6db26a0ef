import { line, step } from "../../advice/index.ts";
import type { Send } from "../../apple/send.ts";
import { Failure } from "../../errors/index.ts";
import type { AdeEndpoint } from "../../model/ade.ts";
import { CONSOLE_STEPS, SIMULATOR_ONLY_IN_MIRROR } from "../../model/console-steps.ts";
import { text, type Text } from "../../text/index.ts";
import { readServer, type StoredServer } from "./server-rows.ts";
import type { Reader } from "../store/store.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** Access to Apple's services, and the sealing of the secrets that a tenant stores for them. */
export interface AppleAccess {
  /** returns the function that sends requests; that function is created at the first call */
  readonly send: () => Promise<Send>;
  /** seals secrets, each for one purpose, with a key that is stored outside the tenant's database */
  readonly sealing: {
    /**
     * @param kept texts that are already sealed; the call fails if the key that sealed them was replaced or lost
     * (default: none)
     */
    seal(purpose: string, secret: string, kept?: readonly string[]): Promise<string>;
    unseal(purpose: string, sealed: string): Promise<string>;
  };
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** name and version: `clomoctl/0.1.0` */
  readonly program: string;
}

export { CONSOLE_STEPS };

/** The stored MDM server and its endpoint, for a request that was checked and is allowed. */
export interface AppleServer {
  readonly server: StoredServer;
  readonly endpoint: AdeEndpoint;
}

/** Returns the endpoint of Apple's services for a tenant; null if no endpoint is set. */
export const endpointOf = ({ endpointKind: kind, endpointUrl: url }: StoredServer): AdeEndpoint | null =>
  kind === null || url === null ? null : { kind, url };

const createMirrorFailure = (steps: Text): Failure =>
  new Failure("not-permitted", {
    what: SIMULATOR_ONLY_IN_MIRROR,
    hint: steps,
  });

const ENDPOINT_NOT_SET_FAILURE = new Failure("input-rejected", {
  what: text("the endpoint of Apple's services is not set", "Apple のサービスの接続先が設定されていません"),
  where: "ade endpoint",
  hint: text(
    `to rehearse with a simulator: ${line("ade simulator start", [])}, then ${line("ade endpoint set", [], { simulator: "URL" })}; to use this tenant's own MDM server entry: ${line("ade endpoint set", [], { apple: true })}`,
    `練習するには ${line("ade simulator start", [])} を実行してから ${line("ade endpoint set", [], { simulator: "URL" })} を、このテナント専用の MDM サーバを使うには ${line("ade endpoint set", [], { apple: true })} を実行してください`,
  ),
});

/**
 * Checks a request that creates or accepts a key but does not contact Apple. In a mirror, the endpoint must be a
 * simulator.
 *
 * @param steps what to do in the console instead
 * @throws Failure `not-permitted` in a mirror
 */
export const refuseMirror = async (
  reader: Reader,
  steps: Text,
): Promise<{ readonly server: StoredServer; readonly endpoint: AdeEndpoint | null }> => {
  const server = await readServer(reader);
  const endpoint = endpointOf(server);
  if (endpoint?.kind !== "simulator" && (await isMirror(reader))) throw createMirrorFailure(steps);
  return { server, endpoint };
};

/**
 * Checks a request that contacts Apple, or that creates or accepts a key. In a mirror, the endpoint must be a
 * simulator.
 *
 * @param steps what to do in the console instead
 * @throws Failure `not-permitted` in a mirror, `input-rejected` if no endpoint is set
 */
export const requireAppleServer = async (reader: Reader, steps: Text): Promise<AppleServer> => {
  const { server, endpoint } = await refuseMirror(reader, steps);
  if (endpoint === null) throw ENDPOINT_NOT_SET_FAILURE;
  return { server, endpoint };
};

/** Refuses a simulator's token or certificate if the endpoint is not a simulator.  @throws Failure `input-rejected` */
export const refuseSimulated = ({ endpoint }: { readonly endpoint: AdeEndpoint | null }, where: string): void => {
  if (endpoint?.kind === "simulator") return;
  throw new Failure("input-rejected", {
    what: text(
      "made by a simulator, and valid only with a simulator",
      "シミュレーターで作成されたもので、シミュレーターでしか使えません",
    ),
    where,
    hint: step(
      "use the file that you downloaded from Apple's portal; to show the endpoint",
      "Apple のポータルからダウンロードしたファイルを指定してください。接続先の確認",
      line("ade endpoint show", []),
    ),
  });
};
