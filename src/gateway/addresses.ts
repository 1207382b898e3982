// Which addresses the base URL of a variant may reach: public ones over https, and hosts that the operator allows.
import ipaddr from "ipaddr.js";

export interface AddressPolicy {
  /** What is wrong with the text, or null. The address of a name is checked when it is connected to. */
  problemWith(baseUrl: string): string | null;
  /** Whether the operator allows this host at any address. An IPv6 address may have brackets. */
  isAllowedHost(hostname: string, port: number): boolean;
  /** Whether public hosts may be reached at this port. */
  isAllowedPort(port: number): boolean;
}

const MAX_BASE_URL_CHARS = 500;
/** Those of https. At other ports are services that must not be called by anybody who can save a variant. */
const DEFAULT_PORTS = [443, 8443];
/** Names that always mean this machine or this network. */
const LOCAL_NAME = /(^|[.])(localhost|local|internal|intranet|lan|home[.]arpa)[.]?$/;

/**
 * Ranges that look public, but that clouds serve within a customer's own network: Azure's host agent, and the services
 * and endpoints of IBM Cloud. The metadata services of other clouds have private or link-local addresses.
 */
const CLOUD_RANGES = ["168.63.129.16/32", "161.26.0.0/16", "166.8.0.0/14"].map((range) => ipaddr.IPv4.parseCIDR(range));

/** Allowed hosts look like `llm.example` or `127.0.0.1:8095`. Allowed ports are those of public hosts. */
export function createAddressPolicy(
  allowedHosts: readonly string[],
  allowedPorts: readonly number[] = DEFAULT_PORTS,
): AddressPolicy {
  const allowed = new Set(allowedHosts);
  const isAllowedHost = (hostname: string, port: number) => {
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    return allowed.has(host) || allowed.has(`${host}:${port}`);
  };
  const isAllowedPort = (port: number) => allowedPorts.includes(port);
  return {
    isAllowedHost,
    isAllowedPort,
    problemWith(baseUrl) {
      if (baseUrl.length > MAX_BASE_URL_CHARS) return `must be at most ${MAX_BASE_URL_CHARS} characters`;
      const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
      if (url === null || !/^https?:$/.test(url.protocol)) {
        return "must be an address as in https://api.openai.com/v1";
      }
      if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" || /[?#]/.test(baseUrl)) {
        return "must have no user, query or fragment: the key goes into apiKey";
      }
      if (isAllowedHost(url.hostname, portOf(url))) return null;
      if (url.protocol !== "https:") return "must start with https://";
      if (!isAllowedPort(portOf(url))) return `must have no port, or one of ${allowedPorts.join(", ")}`;
      const host = bare(url.hostname);
      const isLocalName = LOCAL_NAME.test(host) || !host.includes(".");
      return (ipaddr.isValid(host) ? !isPublicAddress(host) : isLocalName) ? "must be a public host" : null;
    },
  };
}

export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

/** Not public: private, loopback, link-local, CGNAT, multicast and reserved ranges, and IPv6 forms of IPv4 ones. */
export function isPublicAddress(address: string): boolean {
  // Only link-local addresses have a zone, as in fe80::1%eth0.
  if (address.includes("%") || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  if (parsed instanceof ipaddr.IPv4) return !CLOUD_RANGES.some((range) => parsed.match(range));
  // 2000::/3 is the only part of IPv6 that is assigned to the public internet.
  return ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
}

/** Removes the brackets of an IPv6 address. */
export function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
