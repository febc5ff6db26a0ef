import { line, type CommandLine } from "../../advice/index.ts";
import { REQUEST_FILE, SIMULATOR_COMMANDS, type AdeEndpoint } from "../../model/ade.ts";
import { nameKey } from "../../model/normalise.ts";
import type { PushCertificate } from "../../model/push-certificate.ts";
import type { RenewalItem, RenewalKind } from "../../model/renewal.ts";
import type { VppTokenRecord } from "../../model/vpp-token.ts";
import { same, text, type Text } from "../../text/index.ts";
import { describeRenewalAccount, describePhone } from "./facts.ts";
import { fillGuide, type FilledGuide } from "./fill.ts";

/** The kinds of certificates and tokens that a clomoctl tenant itself can hold. */
const OWN_KINDS = ["ade-token", "push-certificate", "vpp-token"] as const satisfies readonly RenewalKind[];

export type OwnKind = (typeof OWN_KINDS)[number];

export const canTenantHold = (kind: RenewalKind): kind is OwnKind =>
  (OWN_KINDS as readonly RenewalKind[]).includes(kind);

/** The state of a tenant's ADE server token, as the tenant returns it. */
interface AdeState {
  readonly endpoint: AdeEndpoint | null;
  /** true if the tenant is a mirror of the console */
  readonly mirror: boolean;
  readonly server: { readonly name: string } | null;
  readonly token: {
    readonly expiresAt: string;
    readonly simulated: boolean;
    /** id of the renewal item that has the token's date */
    readonly renewal: string | null;
  } | null;
}

/** What a tenant itself holds of one kind, as the tenant returns it. */
export type HeldState =
  | { readonly kind: "ade-token"; readonly ade: AdeState }
  | { readonly kind: "push-certificate"; readonly ade: AdeState; readonly certificate: PushCertificate }
  | { readonly kind: "vpp-token"; readonly ade: AdeState; readonly tokens: readonly VppTokenRecord[] };

/** A certificate or token that the tenant itself holds, with the values that its guide shows; null if unknown. */
export type OwnHolding =
  | { readonly kind: "ade-token"; readonly simulator: string | null; readonly server: string | null }
  | {
      readonly kind: "push-certificate";
      readonly simulator: string | null;
      readonly topic: string | null;
      /** true if a signing request is waiting for its certificate */
      readonly requested: boolean;
    }
  | { readonly kind: "vpp-token"; readonly simulator: string | null; readonly org: string | null };

type RecordedItem = Pick<RenewalItem, "id" | "name" | "expiresAt" | "fingerprint" | "topic">;

/**
 * Returns the certificate or token that the tenant itself holds and that an item stands for. An item is recognised by
 * its stored data; for a content token, also by the name that the tenant gave it. A mirror does not keep items of
 * rehearsals, so a simulated certificate or token never belongs to an item there.
 *
 * @param item null: any certificate or token of the kind
 * @returns undefined if the tenant itself does not hold it
 */
export function findOwnHolding(state: HeldState, item: RecordedItem | null): OwnHolding | undefined {
  const { ade } = state;
  const url = ade.endpoint?.kind === "simulator" ? ade.endpoint.url : null;
  const isHere = (simulated: boolean): boolean => !ade.mirror || (item !== null && !simulated);
  const made = (simulated: boolean): Pick<OwnHolding, "simulator"> => ({ simulator: simulated ? url : null });
  switch (state.kind) {
    case "ade-token": {
      const { token } = ade;
      if (token === null || !isHere(token.simulated)) return undefined;
      if (item !== null && !isAdeToken(token, item)) return undefined;
      return { kind: state.kind, ...made(token.simulated), server: ade.server?.name ?? null };
    }
    case "push-certificate": {
      const { topic, fingerprint, request, simulated } = state.certificate;
      if (topic === null || !isHere(simulated === true)) return undefined;
      if (item !== null && item.topic !== topic && item.fingerprint !== fingerprint) return undefined;
      return { kind: state.kind, ...made(simulated === true), topic, requested: request !== null };
    }
    case "vpp-token": {
      const found = item === null ? state.tokens : state.tokens.filter((token) => isVppToken(token, item));
      const [one, ...others] = found;
      if (one === undefined || !isHere(one.simulated)) return undefined;
      return { kind: state.kind, ...made(one.simulated), org: others.length === 0 ? one.org : null };
    }
  }
}

/** Returns true if an item is the ADE token. The server name is ignored: it can change, and CLOMO's may be the same. */
const isAdeToken = ({ expiresAt, renewal }: NonNullable<AdeState["token"]>, item: RecordedItem): boolean =>
  item.id === renewal || (item.expiresAt !== null && Date.parse(item.expiresAt) === Date.parse(expiresAt));

const isVppToken = ({ org, fingerprint }: VppTokenRecord, item: RecordedItem): boolean =>
  item.fingerprint === fingerprint || matchesGivenName(item.name, `VPP ${org.split("/").at(-1) ?? org}`);

/**
 * Returns true if a name is equal to the given name, with or without the prefix that the tenant adds to the names of
 * rehearsal items.
 */
const matchesGivenName = (name: string, given: string): boolean =>
  [given, `SIMULATOR ${given}`].some((one) => nameKey(one) === nameKey(name));

type OwnHoldingOfKind<K extends OwnKind> = Extract<OwnHolding, { kind: K }>;

/** Returns the guide to renew and record what the tenant holds.  @see facts 3.3 to 3.5; decision 025 (key holders) */
export function buildOwnGuide(own: OwnHolding, known: RenewalItem | null, item: Text): FilledGuide {
  const facts = { item, account: describeRenewalAccount(own.kind, known), phone: describePhone(known) };
  const { simulator: url } = own;
  const atSimulator = (lineAt: (at: string) => CommandLine): Text | null => (url === null ? null : same(lineAt(url)));
  switch (own.kind) {
    case "ade-token":
      return fillGuide("own-ade-token", {
        ...facts,
        server: own.server === null ? same("") : text(` (${own.server})`, `(${own.server})`),
        simulator: atSimulator((at) => SIMULATOR_COMMANDS.token({ url: at, server: own.server })),
      });
    case "push-certificate":
      return fillGuide("own-push-certificate", {
        ...facts,
        topic: same(own.topic ?? ""),
        request: same(buildRequestCommand(own, known)),
        upload: same(buildUploadCommand(url === null ? "FILE" : "MDM_SIMULATOR_Certificate.pem", known)),
        simulator: atSimulator((at) => SIMULATOR_COMMANDS.pushCertificate(at, own.topic)),
      });
    case "vpp-token": {
      const org = own.org ?? "ORG";
      const file = url === null ? "FILE" : "sToken_for_SIMULATOR_.vpptoken";
      return fillGuide("own-vpp-token", {
        ...facts,
        set: same(line("vpp tokens set", [file], { org })),
        verify: same(line("vpp tokens verify", [], { org })),
        simulator: atSimulator((at) => SIMULATOR_COMMANDS.vppToken(at, org)),
      });
    }
  }
}

const getAccountEmail = (known: RenewalItem | null): string => known?.account ?? "MAIL";

/**
 * Returns the command that writes the signing request. If a request is already waiting for its certificate, the command
 * writes that request unchanged, because other values would be refused.
 */
const buildRequestCommand = (
  { requested }: OwnHoldingOfKind<"push-certificate">,
  known: RenewalItem | null,
): CommandLine =>
  line("push-certificate csr", [], {
    ...(requested ? {} : { email: getAccountEmail(known), name: "NAME" }),
    output: REQUEST_FILE,
  });

const buildUploadCommand = (file: string, known: RenewalItem | null): CommandLine =>
  line("push-certificate upload", [file], { appleAccount: getAccountEmail(known) });
