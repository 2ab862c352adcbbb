// node bearer-proxy.mjs PORT TARGET: the suite cannot send a token, so this adds TOKEN to each request.
import http from 'node:http';

const [, , port, target] = process.argv;
const { hostname, port: targetPort } = new URL(target);
const server = http.createServer((request, response) => {
  const headers = { ...request.headers, authorization: `Bearer ${process.env.TOKEN}` };
  const onward = http.request(
    { hostname, port: targetPort, path: request.url, method: request.method, headers },
    (answer) => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); },
  );
  onward.on('error', (error) => { response.writeHead(502); response.end(String(error)); });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});
server.listen(Number(port), '127.0.0.1');
