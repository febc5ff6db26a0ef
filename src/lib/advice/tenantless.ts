// Generated from the commands by `npm run generate`; do not edit.

/** The commands that do not use a tenant. */
export const TENANTLESS_COMMANDS: ReadonlySet<string> = new Set(
  "completion|doctor|ade simulator do|ade simulator start|ade simulator do advance|ade simulator do business-key|ade simulator do faults|ade simulator do push-certificate|ade simulator do token|ade simulator do vpp-token|ade simulator do devices activate|ade simulator do devices add|ade simulator do devices assign|ade simulator do devices release|clomo-account delete|context add|context list|context remove|context set|context show|context use|csv check|csv convert|devices template|handover verify|orgs template|renewals schedule|roles list|roles matrix|roles show|secured users template".split("|"),
);
