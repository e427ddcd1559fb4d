/** Whether a host names this machine: `localhost` or an address of the loopback interface, with or without the brackets of a URL. */
export const isLoopback = (host: string): boolean => /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/i.test(host);
