package parity

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// returns compare what Python methods give that is no field of the response.
var returns = map[string]func(c *byname.Comparison, response protoreflect.Message, told byname.Told){
	// Mattermost's other result is the type of the picture.
	"get_emoji_image": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		c.Python("image", response, response.Descriptor().Fields().ByName("image"), told, &byname.Names{})
	},
	"load_plugin_configuration": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		c.Python("settings", response, response.Descriptor().Fields().ByName("config_json"), told, &byname.Names{})
	},
	"plugin_http":        httpResponse,
	"plugin_http_stream": httpResponse,
	"search_posts_in_team": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		posts := response.Interface().(*pb.SearchPostsInTeamResponse).Posts
		_, fields, _ := byname.Record(told)
		order, _ := fields["order"].([]any)
		dict, _ := fields["posts"].(map[string]any)
		byID, _ := dict["dict"].(map[string]any)
		same(c, "number of posts", len(posts), len(order))
		for i, post := range posts {
			same(c, "order", post.Id, order[i].(string))
			c.PythonMessage("posts["+post.Id+"]", post.ProtoReflect(), byID[post.Id], &byname.Names{Places: places})
		}
	},
}

// httpResponse compares a response: its status, headers with their values joined, body, and headers with all values.
func httpResponse(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
	message := response.Interface().(*pb.PluginHTTPResponse)
	parts, _ := told.([]any)
	if len(parts) != 4 {
		c.Differs("the response", message, told)
		return
	}
	same(c, "status", fmt.Sprint(message.StatusCode), fmt.Sprint(parts[0]))
	same(c, "headers", fmt.Sprint(joinedHeaders(parts[1])), fmt.Sprint(message.Headers))
	exact := map[string]string{}
	for _, header := range message.HeadersExact {
		exact[header.Key] = strings.Join(header.Values, ", ")
	}
	same(c, "all headers", fmt.Sprint(joinedHeaders(parts[3])), fmt.Sprint(exact))
	body, _ := byname.Bytes(parts[2])
	same(c, "body", pong, string(body))
}

// gives compare arguments of Python methods that are no field of the request as they are.
var gives = map[string]map[string]func(c *byname.Comparison, request protoreflect.Message, told byname.Told){
	"plugin_http":        {"headers": httpHeaders},
	"plugin_http_stream": {"headers": httpHeaders},
}

func httpHeaders(c *byname.Comparison, request protoreflect.Message, told byname.Told) {
	message := request.Interface().(*pb.PluginHTTPRequest)
	joined := map[string]string{}
	for name, value := range message.Headers {
		joined[name] = value
	}
	for _, header := range message.HeadersExact {
		joined[header.Key] = strings.Join(header.Values, ", ")
	}
	same(c, "headers", fmt.Sprint(joined), fmt.Sprint(joinedHeaders(told)))
}

// joinedHeaders gives headers as Python has them with all values of one in a text.
func joinedHeaders(told byname.Told) map[string]string {
	joined := map[string]string{}
	object, _ := told.(map[string]any)
	dict, _ := object["dict"].(map[string]any)
	for name, value := range dict {
		var values []string
		if list, ok := value.([]any); ok {
			for _, item := range list {
				values = append(values, fmt.Sprint(item))
			}
		} else {
			values = []string{fmt.Sprint(value)}
		}
		joined[name] = strings.Join(values, ", ")
	}
	return joined
}
