import { line, step } from "../../advice/index.ts";
import type { Send } from "../../apple/send.ts";
import { Failure } from "../../errors/index.ts";
import type { AdeEndpoint } from "../../model/ade.ts";
import { CONSOLE_STEPS, ONLY_SIMULATOR } from "../../model/console-steps.ts";
import { text, type Text } from "../../text/index.ts";
import { readServer, type StoredServer } from "./server-rows.ts";
import type { Reader } from "../store/store.ts";
import { isMirror } from "../records/tenant-rows.ts";

/** How a tenant reaches Apple's services, and seals what it keeps for them. */
export interface AppleAccess {
  /** opened by the first call */
  readonly send: () => Promise<Send>;
  /** seals secrets by a key that is not in the tenant's database; each for a purpose */
  readonly sealing: {
    /** @param kept what the key must have sealed, too: refused where it is lost, or another one (default: nothing) */
    seal(purpose: string, secret: string, kept?: readonly string[]): Promise<string>;
    unseal(purpose: string, sealed: string): Promise<string>;
  };
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** name and version: `clomoctl/0.1.0` */
  readonly program: string;
}

export { CONSOLE_STEPS };

/** What a guarded request finds. */
export interface AppleServer {
  readonly server: StoredServer;
  readonly endpoint: AdeEndpoint;
}

/** Where a tenant finds Apple's services; null while nobody has said it. */
export const endpointOf = ({ endpointKind: kind, endpointUrl: url }: StoredServer): AdeEndpoint | null =>
  kind === null || url === null ? null : { kind, url };

const inMirror = (steps: Text): Failure =>
  new Failure("not-permitted", {
    what: ONLY_SIMULATOR,
    hint: steps,
  });

const NO_ENDPOINT = new Failure("input-rejected", {
  what: text("nobody has said yet where Apple's services are", "Apple のサービスの接続先が設定されていません"),
  where: "ade endpoint",
  hint: text(
    `to rehearse: ${line("ade simulator start", [])}, then ${line("ade endpoint set", [], { simulator: "URL" })}; for a server entry of this tenant's own: ${line("ade endpoint set", [], { apple: true })}`,
    `練習するには ${line("ade simulator start", [])} のあと ${line("ade endpoint set", [], { simulator: "URL" })}、このテナント専用の MDM サーバを使うには ${line("ade endpoint set", [], { apple: true })} を実行してください`,
  ),
});

/**
 * What everything asks that makes or takes a key and contacts nobody: in a mirror only a simulator may be at the other end.
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
  if (endpoint?.kind !== "simulator" && (await isMirror(reader))) throw inMirror(steps);
  return { server, endpoint };
};

/**
 * What everything asks that contacts Apple, or makes or takes a key: in a mirror only a simulator may be at the other end.
 *
 * @param steps what to do in the console instead
 * @throws Failure `not-permitted` in a mirror, `input-rejected` while no endpoint is set
 */
export const guardApple = async (reader: Reader, steps: Text): Promise<AppleServer> => {
  const { server, endpoint } = await refuseMirror(reader, steps);
  if (endpoint === null) throw NO_ENDPOINT;
  return { server, endpoint };
};

/** Refuses what a simulator made where no simulator is. @throws Failure `input-rejected` */
export const refuseSimulated = ({ endpoint }: { readonly endpoint: AdeEndpoint | null }, where: string): void => {
  if (endpoint?.kind === "simulator") return;
  throw new Failure("input-rejected", {
    what: text("made by a simulator, and good for nothing else", "シミュレーターで作られたもので、実際には使えません"),
    where,
    hint: step(
      "take the file that Apple's portal gives; the endpoint",
      "Apple のポータルからダウンロードしたファイルを指定してください。接続先",
      line("ade endpoint show", []),
    ),
  });
};
