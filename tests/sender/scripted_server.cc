#include "sender/scripted_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

namespace octroi::gateway {
namespace {

const Poco::Timespan kTick(0, 20'000);

std::unique_ptr<Poco::Net::ServerSocket> Listen(const std::string& certificate) {
  const Poco::Net::SocketAddress address("127.0.0.1", 0);
  if (certificate.empty()) return std::make_unique<Poco::Net::ServerSocket>(address);
  const std::string file = OCTROI_SOURCE_DIR "/tests/sender/data/" + certificate;
  Poco::Net::Context::Params params;
  params.certificateFile = file + ".pem";
  params.privateKeyFile = file + ".key";
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  Poco::Net::Context::Ptr context =
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
  return std::make_unique<Poco::Net::SecureServerSocket>(address, 64, context);
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<Step> steps, const std::string& certificate)
    : socket_(Listen(certificate)),
      tls_(!certificate.empty()),
      port_(socket_->address().port()),
      steps_(steps.begin(), steps.end()),
      accepting_([this] { Accept(); }) {}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  accepting_.join();
  for (std::thread& thread : serving_) thread.join();
}

void ScriptedServer::Judge(std::function<Step(const ReceivedRequest&)> judge) {
  const std::lock_guard lock(mutex_);
  judge_ = std::move(judge);
}

std::string ScriptedServer::Url(const std::string& host) const {
  return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + "/events?v=1";
}

std::vector<ReceivedRequest> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::Accept() {
  while (!stopping_) {
    if (!socket_->poll(kTick, Poco::Net::Socket::SELECT_READ)) continue;
    const int number = ++connections_;
    Poco::Net::StreamSocket& socket = sockets_.emplace_back(socket_->acceptConnection());
    serving_.emplace_back([this, number, &socket] {
      try {
        Serve(socket, number);
        socket.close();
      } catch (const Poco::Exception&) {  // the client went away, or refused our certificate
        socket.close();
      }
      ++hang_ups_;
    });
  }
}

void ScriptedServer::Serve(Poco::Net::StreamSocket& socket, int number) {
  std::string buffer;
  ReceivedRequest request;
  request.connection = number;
  while (ReadRequest(socket, buffer, request)) {
    Step step = Answer("200 OK");
    std::function<Step(const ReceivedRequest&)> judge;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (!steps_.empty()) {
        step = steps_.front();
        steps_.pop_front();
      } else {
        judge = judge_;
      }
    }
    if (judge) step = judge(request);
    if (!Play(socket, step)) return;
  }
}

bool ScriptedServer::ReadRequest(Poco::Net::StreamSocket& socket, std::string& buffer,
                                 ReceivedRequest& into) {
  const std::string marker = "Content-Length: ";
  while (!stopping_) {
    const std::size_t end = buffer.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t length = std::stoul(buffer.substr(buffer.find(marker) + marker.size(), 20));
      if (buffer.size() >= end + 4 + length) {
        into.head = buffer.substr(0, end + 2);
        into.body = buffer.substr(end + 4, length);
        buffer.erase(0, end + 4 + length);
        return true;
      }
    }
    if (!socket.poll(kTick, Poco::Net::Socket::SELECT_READ)) continue;
    char bytes[65536];
    const int read = socket.receiveBytes(bytes, sizeof bytes);
    if (read <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(read));
  }
  return false;
}

bool ScriptedServer::Play(Poco::Net::StreamSocket& socket, const Step& step) {
  const auto client_left = [&] {
    return socket.poll(kTick, Poco::Net::Socket::SELECT_READ);  // it sends nothing more: the end
  };
  if (step.then == Then::kSilence) {
    while (!stopping_ && !client_left()) {
    }
    return false;
  }
  for (std::size_t at = 0; at < step.answer.size();) {
    const std::size_t size = step.then == Then::kTrickle ? 1 : step.answer.size();
    at +=
        static_cast<std::size_t>(socket.sendBytes(step.answer.data() + at, static_cast<int>(size)));
    if (step.then == Then::kTrickle && (stopping_ || client_left())) return false;
  }
  if (step.then == Then::kReset) socket.setLinger(true, 0);
  if (step.then == Then::kClose || step.then == Then::kReset) {
    socket.close();
    return false;
  }
  return true;
}

}  // namespace octroi::gateway
