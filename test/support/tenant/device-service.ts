import { setImmediate } from "node:timers/promises";
import type { AppleResponse, AppleRequest, Send } from "../../../src/lib/apple/send.ts";
import type { TestTenant } from "./tenant.ts";

/** A device of {@link DeviceService}. */
export interface FakeDevice {
  profileUuid?: string | undefined;
}

const createJsonResponse = (body: unknown): AppleResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) });

/**
 * A fake of Apple's device service with only the functions for profiles. It assigns profiles and returns a specified
 * result for each device. A page contains all devices.
 */
export class DeviceService {
  readonly devices = new Map<string, FakeDevice>();
  readonly profiles = new Map<string, unknown>();
  /** the results of those devices for which the result is not SUCCESS */
  readonly refusals = new Map<string, "NOT_ACCESSIBLE" | "FAILED" | "THROTTLED">();
  readonly requests: string[] = [];
  maximum = 1000;
  /** id of the MDM server at Apple */
  server = "S1";
  retryAfterSeconds: number | undefined;

  readonly send: Send = async (request) => this.#answer(request);

  #answer({ method, url, body = "{}" }: AppleRequest): AppleResponse {
    const { pathname, searchParams } = new URL(url);
    const asked = JSON.parse(body) as { readonly devices?: readonly string[]; readonly profile_uuid?: string };
    this.requests.push(`${method} ${pathname}${asked.devices === undefined ? "" : ` ${asked.devices.length}`}`);
    if (pathname === "/session") return createJsonResponse({ auth_session_token: "s" });
    if (pathname === "/account") return createJsonResponse(this.#account);
    if (pathname === "/profile/devices") return this.#assign(asked.devices ?? [], asked.profile_uuid);
    if (pathname === "/profile" && method === "POST") return this.#define(asked);
    if (pathname === "/profile") return this.#profile(searchParams.get("profile_uuid") ?? "");
    const rows = [...this.devices].map(([serial, { profileUuid }]) => ({
      serial_number: serial,
      os: "iOS",
      profile_status: profileUuid === undefined ? "empty" : "assigned",
      ...(profileUuid === undefined ? {} : { profile_uuid: profileUuid }),
    }));
    return createJsonResponse({
      devices: pathname === "/devices/sync" ? [] : rows,
      cursor: `c${this.requests.length}`,
      more_to_follow: false,
    });
  }

  get #account() {
    const limit = { default: 100, maximum: this.maximum };
    const urls = [{ uri: "/profile/devices", http_method: ["POST", "DELETE"], limit }];
    return {
      server_name: "SIMULATOR",
      server_uuid: this.server,
      admin_id: "a@example.jp",
      org_name: "SIMULATOR",
      urls,
    };
  }

  #define(profile: unknown): AppleResponse {
    const uuid = String(this.profiles.size + 1).padStart(32, "A");
    this.profiles.set(uuid, profile);
    return createJsonResponse({ profile_uuid: uuid, devices: {} });
  }

  #profile(uuid: string): AppleResponse {
    const profile = this.profiles.get(uuid);
    return profile === undefined ? { status: 404, headers: {}, body: "NOT_FOUND" } : createJsonResponse(profile);
  }

  #assign(serials: readonly string[], uuid: string | undefined): AppleResponse {
    if (uuid !== undefined && !this.profiles.has(uuid)) return { status: 404, headers: {}, body: "NOT_FOUND" };
    const devices: Record<string, string> = {};
    for (const serial of serials) {
      const refusal = this.refusals.get(serial);
      devices[serial] = refusal ?? "SUCCESS";
      if (refusal === undefined) this.devices.set(serial, { profileUuid: uuid });
    }
    return createJsonResponse({ devices, retry_after_seconds: this.retryAfterSeconds });
  }
}

/**
 * Sets a server token of the service in a tenant, and fetches the devices.
 *
 * @param kind kind of the endpoint
 */
export async function connectToService(
  tenant: TestTenant,
  service: DeviceService,
  kind: "simulator" | "other" = "simulator",
): Promise<void> {
  tenant.apple = service.send;
  const token = { consumerKey: "CK_1", consumerSecret: "x", accessToken: "AT_1", accessSecret: "y", expiresAt: "" };
  const turned = Buffer.from(`ade-token\n${[...JSON.stringify(token)].toReversed().join("")}`).toString("base64url");
  const sealed = tenant.sealingKey + turned;
  tenant.database.run(
    `insert into ade_server (pk, endpointKind, endpointUrl, token, consumer, tokenExpiresAt, tokenSetAt)
     values (1, :kind, 'http://127.0.0.1:8080', :sealed, 'c', '2030-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`,
    { kind, sealed },
  );
  await syncAllDevices(tenant);
}

/** Syncs all devices and waits until the sync has ended. */
export async function syncAllDevices(tenant: TestTenant): Promise<void> {
  const { id } = await tenant.client.ade.sync({ kind: "full" });
  let run = await tenant.client.ade.findSync(id);
  while (run.state === "running") {
    await setImmediate();
    run = await tenant.client.ade.findSync(id);
  }
  const { state, error } = run;
  if (state !== "done") throw new TypeError(`the sync is ${state}: ${JSON.stringify(error)}`);
}
