// What cannot be taken back, another user, no capabilities, another namespace, is tried in a child process.
#pragma once

#include <functional>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>

namespace proxy::privileges {

/// Runs `action` in a child, and `meanwhile` here; the child's words and then its /proc/self/status come back.
std::string inChild(const std::function<std::string()>& action, const std::function<void()>& meanwhile = {});

/// A socket bound to a path: its descriptor.
int bindTo(const std::string& path, mode_t mode, int type = SOCK_STREAM);
/// A socket's file that nobody listens on.
void makeSocket(const std::string& path, mode_t mode);
/// 0, or errno.
int connectTo(const std::string& path);

// For a child:

void dropCapabilities();
/// uid and gid 65534, no other groups.
bool becomeNobody();
/// As root of ids that are not the host's, where root asks; as root of one's own otherwise. With mounts of its own.
bool enterUserNamespace();
/// In a mount namespace of its own.
void mountPrivately(const std::string& source, const std::string& target);

} // namespace proxy::privileges
