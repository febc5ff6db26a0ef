export const MEDIA_TYPES = {
  json: "application/json",
  lines: "application/x-ndjson",
  list: "application/x-ndjson",
  csv: "text/csv",
  file: "application/vnd.sqlite3",
} as const;

/** The response header of an export that could not be recorded in a read-only tenant's audit log. */
export const AUDIT_HEADER = "clomoctl-audit";
export const NO_AUDIT_RECORD = "none";

/** The response header with the numbers of the changes that the request made, such as `17, 18`. */
export const CHANGE_HEADER = "clomoctl-change";
export const CHANGE_NUMBERS = /^[1-9]\d{0,14}(?:, [1-9]\d{0,14})*$/;

/** The request header with the tenant's revision that the sender saw. Later changes to the same data cause a 409. */
export const BASE_HEADER = "clomoctl-base";

/** The response header with the request's id, which is also in the server's log and the audit log. */
export const REQUEST_ID_HEADER = "x-request-id";

export const RESPONSE_HEADERS: readonly string[] = [
  "content-type",
  "allow",
  "retry-after",
  REQUEST_ID_HEADER,
  AUDIT_HEADER,
  CHANGE_HEADER,
];

export const XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const SERVER_PATHS = ["/healthz", "/readyz", "/openapi.json", "/oidc.json", "/tenants.json"] as const;
